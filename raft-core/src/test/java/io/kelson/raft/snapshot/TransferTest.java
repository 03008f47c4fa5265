package io.kelson.raft.snapshot;

import static io.kelson.raft.snapshot.ShippingMember.PATIENCE_SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.SnapshotException.Reason;
import io.kelson.raft.snapshot.proto.SnapshotWire;
import io.kelson.raft.snapshot.proto.SnapshotWire.SnapshotFrame;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots from member to member, over real sockets, with everything that may go wrong. */
@Timeout(120)
class TransferTest {
  private static final long TERM = 6;
  private static final int CHUNK = ShippingMember.OPTIONS.chunkBytes();

  @TempDir Path temp;
  private final List<ShippingMember> members = new ArrayList<>();

  @AfterEach
  void closeAll() throws IOException {
    for (ShippingMember member : members) {
      member.close();
    }
  }

  private ShippingMember member(long id) throws IOException {
    return member(id, ShippingMember.CLUSTER);
  }

  private ShippingMember member(long id, long cluster) throws IOException {
    ShippingMember member = new ShippingMember(id, cluster, temp);
    members.add(member);
    return member;
  }

  private static void write(Path file, long seed, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    Files.write(file, content);
  }

  /** Five files, one of them empty, one shorter than a chunk, two the same. */
  private static void fill(ShippingMember member) throws IOException {
    write(member.files.resolve("000001.sst"), 1, 10 * CHUNK);
    write(member.files.resolve("000002.sst"), 2, 20 * CHUNK + 7);
    write(member.files.resolve("CURRENT"), 3, 16);
    write(member.files.resolve("COPY"), 3, 16);
    write(member.files.resolve("000003.log"), 4, 0);
  }

  private static LogPosition ship(ShippingMember from, ShippingMember to) throws Exception {
    return from.sender.send(to.id, TERM).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static Reason failure(ShippingMember from, ShippingMember to) throws Exception {
    CompletableFuture<LogPosition> result = from.sender.send(to.id, TERM);
    try {
      throw new AssertionError("arrived: " + result.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return ((SnapshotException) e.getCause()).reason();
    }
  }

  private static void requireArrived(ShippingMember from, ShippingMember to) throws Exception {
    ReceivedSnapshot snapshot = to.arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(snapshot).isNotNull();
    assertThat(snapshot.from()).isEqualTo(from.id);
    assertThat(snapshot.term()).isEqualTo(TERM);
    assertThat(snapshot.position()).isEqualTo(from.position);
    assertThat(snapshot.config()).containsExactly(1, 2, 3);
    assertThat(ShippingMember.content(snapshot.directory()))
        .isEqualTo(ShippingMember.content(from.files));
  }

  private static void requireNothingLeft(ShippingMember from, ShippingMember to)
      throws IOException {
    assertThat(to.staging()).doesNotExist();
    assertThat(ShippingMember.content(from.outgoing())).isEmpty();
  }

  @Test
  void everyFileArrives() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    assertThat(ship(from, to)).isEqualTo(from.position);
    requireArrived(from, to);
    requireNothingLeft(from, to);
    assertThat(from.sentBytes.get()).isEqualTo(30L * CHUNK + 7 + 16);
    requireNothingHeld(from.sender.gauge());
    requireNothingHeld(to.receiver.gauge());
  }

  /** What was written last is held until the socket has it, which the other side may hear first. */
  private static void requireNothingHeld(BufferGauge gauge) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (gauge.bytes() != 0 && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
    assertThat(gauge.bytes()).isZero();
  }

  @Test
  void brokenTransferGoesOnWhereItEnded() throws Exception {
    ShippingMember from = member(1);
    FaultyStreams faults = new FaultyStreams(from.transport).breaking(2, 12L * CHUNK);
    from.faults = faults;
    from.begin(faults);
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    ship(from, to);
    requireArrived(from, to);
    requireNothingLeft(from, to);
    assertThat(faults.opened()).isEqualTo(3);
    assertThat(from.failures).containsExactly("DISCONNECTED retried", "DISCONNECTED retried");
    assertThat(from.beginnings).hasSize(3);
    assertThat(from.beginnings.get(0)).isEqualTo(16);
    assertThat(to.receivedBytes.get()).isLessThan(30L * CHUNK);
  }

  @Test
  void filesHeldAlreadyAreNotSent() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    write(to.files.resolve("same"), 1, 10 * CHUNK);
    write(to.files.resolve("other"), 99, 20 * CHUNK + 7);
    to.held.put("000001.sst", to.files.resolve("same"));
    // Of the same name and length, and not the same.
    to.held.put("000002.sst", to.files.resolve("other"));
    to.held.put("CURRENT", to.files.resolve("not there"));
    ship(from, to);
    requireArrived(from, to);
    assertThat(from.sentBytes.get()).isEqualTo(20L * CHUNK + 7 + 16);
    assertThat(to.files.resolve("same")).exists();
    assertThat(to.files.resolve("other")).exists();
  }

  @Test
  void whatIsStagedIsCheckedBeforeItIsUsed() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    Map<String, String> hashes = ShippingMember.content(from.files);
    Files.createDirectory(to.staging());
    // Half of the one as it should be, half of the other as it should not, and a wrong whole.
    byte[] first = Files.readAllBytes(from.files.resolve("000001.sst"));
    Files.write(
        to.staging().resolve(hashes.get("000001.sst") + ".part"),
        Arrays.copyOf(first, 5 * CHUNK + 3));
    write(to.staging().resolve(hashes.get("000002.sst") + ".part"), 99, 10 * CHUNK);
    write(to.staging().resolve(hashes.get("CURRENT")), 99, 16);
    write(to.staging().resolve("11".repeat(32)), 5, 16);
    ship(from, to);
    requireArrived(from, to);
    assertThat(from.sentBytes.get()).isEqualTo(25L * CHUNK - 3 + 7 + 16);
    requireNothingLeft(from, to);
  }

  @Test
  void damagedChunkIsSentAgain() throws Exception {
    ShippingMember from = member(1);
    from.begin(new FaultyStreams(from.transport).flipping(1, 5L * CHUNK));
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    ship(from, to);
    requireArrived(from, to);
    assertThat(from.failures).containsExactly("CORRUPT_CHUNK retried");
  }

  @Test
  void damageThatDoesNotEndIsAnErrorAndInstallsNothing() throws Exception {
    ShippingMember from = member(1);
    from.begin(new FaultyStreams(from.transport).flipping(99, 5L * CHUNK));
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    assertThat(failure(from, to)).isEqualTo(Reason.CORRUPT_CHUNK);
    assertThat(from.failures).hasSize(3);
    assertThat(to.arrived).isEmpty();
    assertThat(ShippingMember.content(from.outgoing())).isEmpty();
  }

  @Test
  void anotherClusterIsRefused() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2, 0xbeef).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    assertThat(failure(from, to)).isEqualTo(Reason.REFUSED);
    assertThat(from.failures).containsExactly("REFUSED");
    assertThat(to.arrived).isEmpty();
  }

  @Test
  void anotherMemberAtTheAddressIsRefused() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    to.transport.setPeers(Map.of(1L, List.of(from.address())));
    from.transport.setPeers(Map.of(3L, List.of(to.address())));
    fill(from);
    assertThatThrownBy(() -> from.sender.send(3, TERM).get(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .hasMessageContaining("member 3 was wanted at this address");
    assertThat(to.arrived).isEmpty();
  }

  @Test
  void strangerIsRefused() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    from.transport.setPeers(Map.of(2L, List.of(to.address())));
    fill(from);
    assertThat(failure(from, to)).isEqualTo(Reason.REFUSED);
  }

  @Test
  void whoeverTakesNoSnapshotsSaysSo() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2);
    ShippingMember.introduce(from, to);
    fill(from);
    assertThat(failure(from, to)).isEqualTo(Reason.REFUSED);
  }

  @Test
  void diskThatFillsUpLeavesNothingBehind() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2);
    to.disk = FullDisk.of(15L * CHUNK, false);
    to.begin();
    ShippingMember.introduce(from, to);
    fill(from);
    assertThat(failure(from, to)).isEqualTo(Reason.DISK_FULL);
    assertThat(to.arrived).isEmpty();
    requireNothingLeft(from, to);
  }

  @Test
  void diskWithoutRoomIsNoticedBeforeAnythingIsSent() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2);
    to.disk = FullDisk.of(15L * CHUNK, true);
    to.begin();
    ShippingMember.introduce(from, to);
    fill(from);
    assertThat(failure(from, to)).isEqualTo(Reason.DISK_FULL);
    assertThat(((FullDisk) to.disk).left()[0]).isEqualTo(15L * CHUNK);
    requireNothingLeft(from, to);
  }

  @Test
  void lateDuplicateIsRefusedBeforeItIsSent() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    ship(from, to);
    requireArrived(from, to);
    to.objection = Optional.of("committed here already");
    from.sentBytes.set(-1);
    assertThat(failure(from, to)).isEqualTo(Reason.STALE);
    assertThat(to.arrived).isEmpty();
    assertThat(from.sentBytes.get()).isEqualTo(-1);
    requireNothingLeft(from, to);
  }

  /** A connection that has sent its manifest, was asked for the files, and sends none. */
  private static FrameStream stalled(ShippingMember from, ShippingMember to, long term)
      throws Exception {
    FrameStream stream = offer(from, to, term);
    assertThat(stream.take().hasWanted()).isTrue();
    return stream;
  }

  private static FrameStream offer(ShippingMember from, ShippingMember to, long term)
      throws Exception {
    CompletableFuture<FrameStream> opened = new CompletableFuture<>();
    from.transport
        .open(
            to.id,
            0,
            pipeline ->
                opened.complete(FrameStream.addTo(pipeline, to.id, 60_000, from.sender.gauge())))
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    FrameStream stream = opened.join();
    SnapshotManifest manifest =
        new SnapshotManifest(
            term, from.position, new byte[0], List.of(new SnapshotFile("f", 100, "00".repeat(32))));
    stream.send(SnapshotFrame.newBuilder().setManifest(manifest.toWire()).build());
    return stream;
  }

  private static Reason ending(FrameStream stream) {
    try {
      throw new AssertionError("received " + stream.take());
    } catch (SnapshotException e) {
      return e.reason();
    }
  }

  @Test
  void newerSenderEndsTheOneUnderWayAndAnOlderOneIsRefused() throws Exception {
    ShippingMember old = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember from = member(3).begin();
    ShippingMember.introduce(old, to, from);
    fill(from);
    FrameStream underWay = stalled(old, to, TERM - 1);
    FrameStream older = offer(from, to, TERM - 2);
    assertThat(ending(older)).isEqualTo(Reason.SUPERSEDED);
    older.close();
    ship(from, to);
    requireArrived(from, to);
    assertThat(ending(underWay)).isEqualTo(Reason.SUPERSEDED);
    underWay.close();
  }

  @Test
  void chunkOutOfPlaceEndsTheTransfer() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    FrameStream stream = stalled(from, to, TERM);
    stream.send(
        SnapshotFrame.newBuilder()
            .setChunk(SnapshotWire.Chunk.newBuilder().setFile(0).setOffset(50))
            .build());
    assertThat(ending(stream)).isEqualTo(Reason.PROTOCOL);
    stream.close();
  }

  @Test
  void fileThatIsNotWhatTheManifestSaysIsNotHandedOver() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    FrameStream stream = stalled(from, to, TERM);
    byte[] wrong = new byte[100];
    stream.send(
        SnapshotFrame.newBuilder()
            .setChunk(
                SnapshotWire.Chunk.newBuilder()
                    .setData(ByteString.copyFrom(wrong))
                    .setCrc32C(Digests.crc32c(ByteBuffer.wrap(wrong))))
            .build());
    assertThat(ending(stream)).isEqualTo(Reason.CORRUPT_FILE);
    assertThat(to.arrived).isEmpty();
    stream.close();
  }

  @Test
  void receiverThatSaysNothingIsGivenUp() throws Exception {
    ShippingMember from = member(1);
    ShippingMember to = member(2);
    from.options = ShippingMember.OPTIONS.withIdleTimeoutMillis(50);
    from.begin();
    // Takes the connection and leaves it at that.
    to.transport.acceptWith((peer, pipeline) -> {});
    ShippingMember.introduce(from, to);
    fill(from);
    assertThat(failure(from, to)).isEqualTo(Reason.TIMED_OUT);
    assertThat(from.failures)
        .containsExactly("TIMED_OUT retried", "TIMED_OUT retried", "TIMED_OUT");
  }

  @Test
  void receiverThatIsBusyForLongIsNotGivenUp() throws Exception {
    ShippingMember from = member(1);
    FaultyStreams streams = new FaultyStreams(from.transport);
    from.options = ShippingMember.OPTIONS.withIdleTimeoutMillis(2000);
    from.begin(streams);
    ShippingMember to = member(2);
    to.options = from.options;
    to.begin();
    ShippingMember.introduce(from, to);
    fill(from);
    to.installed = new CompletableFuture<>();
    CompletableFuture<LogPosition> result = from.sender.send(to.id, TERM);
    requireArrived(from, to);
    // Each comes a quarter of the patience after the one before.
    streams.awaitReads(6);
    to.installed.complete(null);
    assertThat(result.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(from.position);
    assertThat(from.failures).isEmpty();
  }

  @Test
  void calledOffWhileTheReceiverInstalls() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    fill(from);
    to.installed = new CompletableFuture<>();
    CompletableFuture<LogPosition> result = from.sender.send(to.id, TERM);
    assertThat(from.sender.send(to.id, TERM)).as("one at a time").isSameAs(result);
    requireArrived(from, to);
    from.sender.abort(to.id);
    assertThatThrownBy(() -> result.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            SnapshotException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ABORTED));
    to.installed.complete(null);
  }

  @Test
  void whatACrashLeftIsDeletedAtTheNextStart() throws Exception {
    ShippingMember to = member(2);
    Files.createDirectories(to.staging().resolve("ready"));
    Files.writeString(to.staging().resolve("ready").resolve("x"), "x");
    to.begin();
    assertThat(to.staging()).doesNotExist();
  }

  @Test
  void hundredsOfMegabytesTakeNoMoreMemoryThanAFewChunks() throws Exception {
    ShippingMember from = member(1).begin();
    ShippingMember to = member(2).begin();
    ShippingMember.introduce(from, to);
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (OutputStream out = Files.newOutputStream(from.files.resolve("big.sst"))) {
      for (int i = 0; i < 256; i++) {
        block[0] = (byte) i;
        out.write(block);
      }
    }
    ship(from, to);
    requireArrived(from, to);
    // The high-water mark and what was on its way when it was passed.
    assertThat(from.sender.gauge().peak()).isBetween(1L << 16, (1L << 20) + 4L * CHUNK);
    // Frames cut from what one reading of the socket brought.
    assertThat(to.receiver.gauge().peak()).isBetween((long) CHUNK, 1L << 20);
    requireNothingHeld(from.sender.gauge());
    requireNothingHeld(to.receiver.gauge());
  }
}
