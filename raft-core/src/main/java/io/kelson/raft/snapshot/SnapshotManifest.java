package io.kelson.raft.snapshot;

import com.google.protobuf.ByteString;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.proto.SnapshotWire;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a snapshot is made of.
 *
 * @param term the sender's term when it began
 * @param position the last entry whose effect is in the files
 * @param config the data of the newest configuration entry up to there; may be empty
 * @param files all files, no two of the same name
 */
record SnapshotManifest(long term, LogPosition position, byte[] config, List<SnapshotFile> files) {
  /** Far more than a store has; bounds what a frame can make this member allocate. */
  static final int MAX_FILES = 100_000;

  SnapshotManifest {
    files = List.copyOf(files);
    Set<String> names = new HashSet<>();
    for (SnapshotFile file : files) {
      if (!names.add(file.name())) {
        throw new IllegalArgumentException("two files are named " + file.name());
      }
    }
    if (term < 1 || files.isEmpty() || files.size() > MAX_FILES) {
      throw new IllegalArgumentException(
          "a snapshot of " + files.size() + " files in term " + term);
    }
  }

  long totalBytes() {
    long sum = 0;
    for (SnapshotFile file : files) {
      sum += file.sizeBytes();
    }
    return sum;
  }

  /** Whether a transfer of this must make way for one of that. */
  boolean yieldsTo(SnapshotManifest other) {
    return other.term > term || other.term == term && other.position.compareTo(position) >= 0;
  }

  SnapshotWire.Manifest toWire() {
    SnapshotWire.Manifest.Builder wire =
        SnapshotWire.Manifest.newBuilder()
            .setTerm(term)
            .setPositionTerm(position.term())
            .setPositionIndex(position.index())
            .setConfig(ByteString.copyFrom(config));
    for (SnapshotFile file : files) {
      wire.addFiles(
          SnapshotWire.File.newBuilder()
              .setName(file.name())
              .setSize(file.sizeBytes())
              .setSha256(ByteString.copyFrom(HexFormat.of().parseHex(file.sha256()))));
    }
    return wire.build();
  }

  /**
   * Reads what a peer sent.
   *
   * @throws SnapshotException if no correct member could have sent it
   */
  static SnapshotManifest fromWire(SnapshotWire.Manifest wire) throws SnapshotException {
    List<SnapshotFile> files = new ArrayList<>();
    try {
      for (SnapshotWire.File file : wire.getFilesList()) {
        files.add(
            new SnapshotFile(
                file.getName(),
                file.getSize(),
                HexFormat.of().formatHex(file.getSha256().toByteArray())));
      }
      return new SnapshotManifest(
          wire.getTerm(),
          new LogPosition(wire.getPositionTerm(), wire.getPositionIndex()),
          wire.getConfig().toByteArray(),
          files);
    } catch (IllegalArgumentException e) {
      throw new SnapshotException(
          SnapshotException.Reason.PROTOCOL, "the manifest makes no sense: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "snapshot of " + position + " (" + files.size() + " files, " + totalBytes() + " bytes)";
  }
}
