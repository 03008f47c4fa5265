package io.kelson.raft.snapshot;

import com.google.protobuf.UnsafeByteOperations;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.SnapshotException.Reason;
import io.kelson.raft.snapshot.proto.SnapshotWire;
import io.kelson.raft.snapshot.proto.SnapshotWire.SnapshotFrame;
import io.kelson.raft.transport.SnapshotStreams;
import io.kelson.raft.transport.StreamRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One snapshot on its way to one peer, over as many connections as it takes. */
final class OutgoingTransfer {
  private static final long MAX_PAUSE_MILLIS = 10_000;

  private final SnapshotOptions options;
  private final SnapshotSource source;
  private final SnapshotStreams streams;
  private final SnapshotListener listener;
  private final BufferGauge gauge;
  private final FileHashes hashes;
  private final long to;
  private final long term;
  private final CompletableFuture<LogPosition> result = new CompletableFuture<>();

  // Guarded by this.
  private SnapshotException aborted;
  private FrameStream stream;

  private final RatePacer pacer;
  private LogPosition position = LogPosition.ZERO;
  private long totalBytes;
  private long doneBytes;
  private long sentBytes;

  OutgoingTransfer(
      SnapshotOptions options,
      SnapshotSource source,
      SnapshotStreams streams,
      SnapshotListener listener,
      BufferGauge gauge,
      FileHashes hashes,
      long to,
      long term) {
    this.options = options;
    this.source = source;
    this.streams = streams;
    this.listener = listener;
    this.gauge = gauge;
    this.hashes = hashes;
    this.to = to;
    this.term = term;
    this.pacer = new RatePacer(options.maxBytesPerSecond(), System.nanoTime());
  }

  long to() {
    return to;
  }

  CompletableFuture<LogPosition> result() {
    return result;
  }

  /** Does all of it; returns what completes the result. */
  Runnable run() {
    try {
      requireNotAborted();
      try (Checkpoint checkpoint = source.checkpoint()) {
        position = checkpoint.position();
        SnapshotManifest manifest = manifest(checkpoint);
        totalBytes = manifest.totalBytes();
        ship(checkpoint, manifest);
      }
      listener.sent(to, position, sentBytes, totalBytes);
      return () -> result.complete(position);
    } catch (IOException e) {
      SnapshotException cause = SnapshotException.of(e, "cannot send a snapshot");
      listener.sendFailed(to, cause, false);
      return () -> result.completeExceptionally(cause);
    } catch (RuntimeException e) {
      SnapshotException cause =
          new SnapshotException(Reason.FAILED, "cannot send a snapshot: " + e, e);
      listener.sendFailed(to, cause, false);
      return () -> result.completeExceptionally(cause);
    }
  }

  /** Makes it fail; any thread. */
  synchronized void abort(String why) {
    if (aborted == null) {
      aborted = new SnapshotException(Reason.ABORTED, why);
      notifyAll();
      if (stream != null) {
        stream.abort(aborted);
      }
    }
  }

  private synchronized void requireNotAborted() throws SnapshotException {
    if (aborted != null) {
      throw aborted;
    }
  }

  private SnapshotManifest manifest(Checkpoint checkpoint) throws IOException {
    List<Path> paths;
    try (Stream<Path> list = Files.list(checkpoint.directory())) {
      paths = list.sorted(Comparator.comparing(path -> path.getFileName().toString())).toList();
    }
    List<SnapshotFile> files = new ArrayList<>();
    for (Path path : paths) {
      files.add(
          new SnapshotFile(
              path.getFileName().toString(),
              Files.size(path),
              hashes.sha256(path, this::requireNotAborted)));
    }
    return new SnapshotManifest(term, checkpoint.position(), checkpoint.config(), files);
  }

  private void ship(Checkpoint checkpoint, SnapshotManifest manifest) throws IOException {
    int fruitless = 0;
    int corruptions = 0;
    for (int attempt = 0; ; attempt++) {
      long before = sentBytes;
      try {
        connectAndSend(attempt, checkpoint, manifest);
        return;
      } catch (SnapshotException e) {
        fruitless = sentBytes > before ? 1 : fruitless + 1;
        boolean corrupt = e.reason() == Reason.CORRUPT_CHUNK || e.reason() == Reason.CORRUPT_FILE;
        if (corrupt) {
          // Bytes that arrive damaged are no progress, however many they are.
          corruptions++;
          hashes.forget();
        }
        boolean again =
            e.reason().worthRetrying() && Math.max(fruitless, corruptions) < options.attempts();
        if (!again) {
          throw e;
        }
        listener.sendFailed(to, e, true);
        pause(fruitless);
      }
    }
  }

  private void pause(int fruitless) throws SnapshotException {
    long millis =
        Math.min(MAX_PAUSE_MILLIS, options.retryPauseMillis() << Math.min(fruitless - 1, 10));
    holdBack(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Waits, unless called off. */
  private synchronized void holdBack(long nanos) throws SnapshotException {
    long end = System.nanoTime() + nanos;
    try {
      for (long left = nanos; left > 0; left = end - System.nanoTime()) {
        requireNotAborted();
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
      requireNotAborted();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SnapshotException(Reason.ABORTED, "interrupted", e);
    }
  }

  private void connectAndSend(int attempt, Checkpoint checkpoint, SnapshotManifest manifest)
      throws IOException {
    FrameStream connected = connect(attempt);
    try {
      send(connected, checkpoint, manifest);
      connected.close();
    } catch (IOException e) {
      SnapshotException cause = SnapshotException.of(e, "cannot read " + checkpoint);
      connected.fail(cause);
      throw cause;
    } catch (RuntimeException e) {
      connected.close();
      throw e;
    } finally {
      connected.release();
      attach(null);
    }
  }

  private FrameStream connect(int attempt) throws SnapshotException {
    CompletableFuture<FrameStream> added = new CompletableFuture<>();
    try {
      streams
          .open(
              to,
              attempt,
              pipeline ->
                  added.complete(
                      FrameStream.addTo(pipeline, to, options.idleTimeoutMillis(), gauge)))
          .join();
    } catch (CompletionException e) {
      boolean refused = e.getCause() instanceof StreamRefusedException;
      throw new SnapshotException(
          refused ? Reason.REFUSED : Reason.DISCONNECTED,
          "member " + Long.toHexString(to) + " was not reached: " + e.getCause().getMessage(),
          e.getCause());
    }
    FrameStream connected = added.join();
    attach(connected);
    return connected;
  }

  private synchronized void attach(FrameStream connected) {
    stream = connected;
    if (connected != null && aborted != null) {
      connected.abort(aborted);
    }
  }

  private void send(FrameStream connected, Checkpoint checkpoint, SnapshotManifest manifest)
      throws IOException {
    connected.send(SnapshotFrame.newBuilder().setManifest(manifest.toWire()).build());
    SnapshotFrame answer = connected.take();
    if (!answer.hasWanted()) {
      throw connected.unexpected(answer);
    }
    List<SnapshotWire.Part> parts = answer.getWanted().getPartsList();
    doneBytes = manifest.totalBytes();
    for (SnapshotWire.Part part : parts) {
      requireInside(part, manifest);
      doneBytes -= manifest.files().get(part.getFile()).sizeBytes() - part.getOffset();
    }
    listener.sending(to, position, doneBytes, totalBytes);
    for (SnapshotWire.Part part : parts) {
      sendFile(connected, checkpoint, manifest.files().get(part.getFile()), part);
    }
    connected.send(SnapshotFrame.newBuilder().setEnd(SnapshotWire.End.newBuilder()).build());
    SnapshotFrame last = connected.take();
    if (!last.hasDone()) {
      throw connected.unexpected(last);
    }
  }

  private static void requireInside(SnapshotWire.Part part, SnapshotManifest manifest)
      throws SnapshotException {
    if (part.getFile() < 0
        || part.getFile() >= manifest.files().size()
        || part.getOffset() < 0
        || part.getOffset() > manifest.files().get(part.getFile()).sizeBytes()) {
      throw new SnapshotException(
          Reason.PROTOCOL,
          "byte " + part.getOffset() + " of file " + part.getFile() + " is not in " + manifest);
    }
  }

  private void sendFile(
      FrameStream connected, Checkpoint checkpoint, SnapshotFile file, SnapshotWire.Part part)
      throws IOException {
    Path path = checkpoint.directory().resolve(file.name());
    long offset = part.getOffset();
    if (offset > 0 && Digests.crc32c(path, offset, this::requireNotAborted) != part.getCrc32C()) {
      doneBytes -= offset;
      offset = 0;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(options.chunkBytes());
      while (offset < file.sizeBytes()) {
        connected.awaitWritable();
        fill(buffer, channel, offset, file);
        long delay = pacer.delayNanos(buffer.remaining(), System.nanoTime());
        if (delay > 0) {
          holdBack(delay);
        }
        int size = buffer.remaining();
        connected.send(chunk(part.getFile(), offset, buffer));
        offset += size;
        doneBytes += size;
        sentBytes += size;
        listener.sending(to, position, doneBytes, totalBytes);
      }
    }
  }

  private static void fill(ByteBuffer buffer, FileChannel channel, long offset, SnapshotFile file)
      throws IOException {
    buffer.clear();
    buffer.limit((int) Math.min(buffer.capacity(), file.sizeBytes() - offset));
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new IOException(file + " of the checkpoint became shorter");
      }
    }
    buffer.flip();
  }

  /** Refers to the buffer, which may be used again when the frame was written. */
  private static SnapshotFrame chunk(int file, long offset, ByteBuffer buffer) {
    return SnapshotFrame.newBuilder()
        .setChunk(
            SnapshotWire.Chunk.newBuilder()
                .setFile(file)
                .setOffset(offset)
                .setCrc32C(Digests.crc32c(buffer.duplicate()))
                .setData(UnsafeByteOperations.unsafeWrap(buffer)))
        .build();
  }
}
