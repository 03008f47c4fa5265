package io.kelson.raft.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Checksums of files that have been read before. Checkpoints link the same files again and again;
 * reading all of them for every one would cost more than sending what is new. Thread-safe.
 */
final class FileHashes {
  private static final int MAX_FILES = 10_000;

  /** What a file is recognised by: a link has the key of the file it is a link to. */
  private record Identity(Object key, long size, FileTime modified) {}

  private final Map<Identity, String> known = new LinkedHashMap<>();

  /** The SHA-256 of a file that nobody writes to any more. */
  String sha256(Path file, Digests.Pulse pulse) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    Identity identity =
        new Identity(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    boolean recognisable = attributes.fileKey() != null;
    String hash = recognisable ? recall(identity) : null;
    if (hash == null) {
      hash = Digests.sha256(file, pulse);
      if (recognisable) {
        remember(identity, hash);
      }
    }
    return hash;
  }

  /** Reads every file anew from now on: a disk or memory cannot be trusted. */
  synchronized void forget() {
    known.clear();
  }

  private synchronized String recall(Identity identity) {
    return known.get(identity);
  }

  private synchronized void remember(Identity identity, String hash) {
    if (known.size() >= MAX_FILES) {
      known.remove(known.keySet().iterator().next());
    }
    known.put(identity, hash);
  }
}
