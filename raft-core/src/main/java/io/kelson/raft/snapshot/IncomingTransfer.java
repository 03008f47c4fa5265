package io.kelson.raft.snapshot;

import com.google.protobuf.ByteString;
import io.kelson.raft.snapshot.SnapshotException.Reason;
import io.kelson.raft.snapshot.proto.SnapshotWire;
import io.kelson.raft.snapshot.proto.SnapshotWire.SnapshotFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One connection on which a snapshot comes in; run by a thread of its own. */
final class IncomingTransfer {
  private final long from;
  private final FrameStream stream;
  private final SnapshotManifest manifest;
  private final Staging staging;
  private final SnapshotSink sink;
  private final SnapshotListener listener;
  private final long beatNanos;

  private volatile SnapshotException aborted;
  private long lastBeat;
  private long doneBytes;
  private long receivedBytes;

  IncomingTransfer(
      long from,
      FrameStream stream,
      SnapshotManifest manifest,
      Staging staging,
      SnapshotSink sink,
      SnapshotListener listener,
      SnapshotOptions options) {
    this.from = from;
    this.stream = stream;
    this.manifest = manifest;
    this.staging = staging;
    this.sink = sink;
    this.listener = listener;
    this.beatNanos = TimeUnit.MILLISECONDS.toNanos(options.idleTimeoutMillis()) / 4;
    this.lastBeat = System.nanoTime();
  }

  SnapshotManifest manifest() {
    return manifest;
  }

  /** Makes it fail unless the snapshot was handed over already; any thread. */
  void abort(SnapshotException cause) {
    aborted = cause;
    stream.abort(cause);
  }

  /**
   * Receives what is missing and hands the snapshot over; on return it is installed.
   *
   * @throws SnapshotException if it came to nothing
   */
  void run() throws SnapshotException {
    try {
      receive();
      handOver(staging.assemble(manifest));
    } catch (IOException e) {
      SnapshotException cause = SnapshotException.of(e, "cannot store a snapshot");
      maybeClear(cause);
      throw cause;
    }
    clearAfterwards();
    listener.received(from, manifest.position(), receivedBytes, manifest.totalBytes());
  }

  private void clearAfterwards() {
    try {
      staging.clear();
    } catch (IOException e) {
      // The snapshot is installed whatever lies around; the next transfer or start deletes it.
      listener.stagingNotCleared(e);
    }
  }

  /** What another attempt can use is kept. */
  private void maybeClear(SnapshotException cause) {
    if (cause.reason().worthRetrying() || cause.reason() == Reason.SUPERSEDED) {
      return;
    }
    try {
      staging.clear();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void receive() throws IOException {
    requireWelcome();
    staging.keepOnly(manifest);
    SnapshotWire.Wanted wanted = wanted();
    stream.send(SnapshotFrame.newBuilder().setWanted(wanted).build());
    listener.receiving(from, manifest.position(), doneBytes, manifest.totalBytes());
    for (SnapshotWire.Part part : wanted.getPartsList()) {
      receiveFile(part);
    }
    SnapshotFrame end = stream.take();
    if (!end.hasEnd()) {
      throw stream.unexpected(end);
    }
  }

  private void requireWelcome() throws SnapshotException {
    Optional<String> objection = sink.objection(from, manifest.term(), manifest.position());
    if (objection.isPresent()) {
      throw new SnapshotException(Reason.STALE, objection.get());
    }
  }

  private SnapshotWire.Wanted wanted() throws IOException {
    SnapshotWire.Wanted.Builder wanted = SnapshotWire.Wanted.newBuilder();
    Set<String> asked = new HashSet<>();
    long missing = 0;
    doneBytes = manifest.totalBytes();
    for (int i = 0; i < manifest.files().size(); i++) {
      SnapshotFile file = manifest.files().get(i);
      if (asked.contains(file.sha256()) || staging.has(file, sink.held(file.name()), this::beat)) {
        continue;
      }
      asked.add(file.sha256());
      long offset = staging.received(file);
      int crc = offset == 0 ? 0 : staging.crc32c(file, this::beat);
      wanted.addParts(SnapshotWire.Part.newBuilder().setFile(i).setOffset(offset).setCrc32C(crc));
      missing += file.sizeBytes() - offset;
    }
    doneBytes -= missing;
    staging.requireRoom(missing);
    return wanted.build();
  }

  /** Ends it here if it was called off. */
  void requireNotAborted() throws SnapshotException {
    SnapshotException cause = aborted;
    if (cause != null) {
      throw new SnapshotException(cause.reason(), cause.getMessage(), cause);
    }
  }

  /** Called often while the disk is read. */
  private void beat() throws SnapshotException {
    requireNotAborted();
    long now = System.nanoTime();
    if (now - lastBeat >= beatNanos) {
      lastBeat = now;
      stream.send(SnapshotFrame.newBuilder().setWorking(SnapshotWire.Working.newBuilder()).build());
    }
  }

  private void receiveFile(SnapshotWire.Part part) throws IOException {
    SnapshotFile file = manifest.files().get(part.getFile());
    try (Staging.Incoming incoming = staging.open(file, part.getOffset(), this::beat)) {
      while (incoming.size() < file.sizeBytes()) {
        SnapshotFrame frame = stream.take();
        if (!frame.hasChunk()) {
          throw stream.unexpected(frame);
        }
        receiveChunk(frame.getChunk(), part.getFile(), file, incoming);
      }
      incoming.complete();
    }
  }

  private void receiveChunk(
      SnapshotWire.Chunk chunk, int number, SnapshotFile file, Staging.Incoming incoming)
      throws IOException {
    ByteString data = chunk.getData();
    if (chunk.getFile() == number && chunk.getOffset() == 0 && incoming.size() > 0) {
      doneBytes -= incoming.size();
      incoming.restart();
    }
    if (chunk.getFile() != number
        || chunk.getOffset() != incoming.size()
        || data.isEmpty()
        || data.size() > file.sizeBytes() - incoming.size()) {
      throw new SnapshotException(
          Reason.PROTOCOL,
          "a chunk of "
              + data.size()
              + " bytes at "
              + chunk.getOffset()
              + " of file "
              + chunk.getFile()
              + " where byte "
              + incoming.size()
              + " of file "
              + number
              + " was due");
    }
    ByteBuffer bytes = data.asReadOnlyByteBuffer();
    if (Digests.crc32c(bytes.duplicate()) != chunk.getCrc32C()) {
      throw new SnapshotException(
          Reason.CORRUPT_CHUNK,
          "the chunk at " + chunk.getOffset() + " of " + file.name() + " arrived damaged");
    }
    incoming.write(bytes);
    doneBytes += data.size();
    receivedBytes += data.size();
    listener.receiving(from, manifest.position(), doneBytes, manifest.totalBytes());
  }

  private void handOver(Path ready) throws IOException {
    ReceivedSnapshot snapshot =
        new ReceivedSnapshot(ready, from, manifest.term(), manifest.position(), manifest.config());
    sink.verify(snapshot);
    beat();
    CompletableFuture<Void> installed = sink.received(snapshot);
    while (true) {
      try {
        installed.get(beatNanos, TimeUnit.NANOSECONDS);
        return;
      } catch (TimeoutException e) {
        stream.send(
            SnapshotFrame.newBuilder().setWorking(SnapshotWire.Working.newBuilder()).build());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof SnapshotException named
            ? named
            : new SnapshotException(
                Reason.FAILED, "the snapshot was not installed: " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SnapshotException(Reason.ABORTED, "this member is stopping", e);
      }
    }
  }
}
