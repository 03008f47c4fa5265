package io.kelson.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.kelson.api.HashKVRequest;
import io.kelson.api.HashKVResponse;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import io.kelson.server.repair.LocalCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Iterator;

/** Calls of the tests, and a client of Snapshot that checks all that the interface promises. */
final class Saved {
  private Saved() {}

  static Path by(LocalCluster cluster, int member, Path file) {
    return cluster.ask(member, channel -> save(channel, file));
  }

  private static Path save(ManagedChannel channel, Path file) {
    Iterator<SnapshotResponse> answers =
        MaintenanceGrpc.newBlockingStub(channel).snapshot(SnapshotRequest.getDefaultInstance());
    MessageDigest digest = Sha256.begin();
    long total = -1;
    long sent = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      while (answers.hasNext()) {
        SnapshotResponse answer = answers.next();
        byte[] blob = answer.getBlob().toByteArray();
        assertThat(answer.getVersion()).isEqualTo("3.7.0");
        assertThat(answer.hasHeader()).isFalse();
        out.write(blob);
        if (sent == total) {
          assertThat(answer.getRemainingBytes()).isZero();
          assertThat(blob).isEqualTo(digest.digest());
          assertThat(answers.hasNext()).isFalse();
        } else {
          digest.update(blob);
          sent += blob.length;
          total = total < 0 ? sent + answer.getRemainingBytes() : total;
          assertThat(answer.getRemainingBytes()).isEqualTo(total - sent);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(file.toFile().length() % 512).isEqualTo(32);
    assertThat(sent).isEqualTo(total);
    return file;
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static long put(LocalCluster cluster, int member, String key, String value) {
    return cluster.ask(
        member,
        channel ->
            KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build())
                .getHeader()
                .getRevision());
  }

  static RangeResponse all(LocalCluster cluster, int member, long revision) {
    return cluster.ask(
        member,
        channel ->
            KVGrpc.newBlockingStub(channel)
                .range(
                    RangeRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[1]))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .setRevision(revision)
                        .build()));
  }

  static HashKVResponse hash(LocalCluster cluster, int member, long revision) {
    return cluster.ask(
        member,
        channel ->
            MaintenanceGrpc.newBlockingStub(channel)
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build()));
  }
}
