package io.kelson.client;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Takes one snapshot and makes sure that it is whole: the last message is the checksum of all
 * before it. Used by one thread, once.
 */
final class SnapshotCall {
  private static final int SHA256_BYTES = 32;

  private final SnapshotSink sink;
  private final MessageDigest digest = sha256();

  /** The newest message: only the one after it tells whether it is the checksum. */
  private byte[] last;

  private long totalBytes;
  private String version = "";

  SnapshotCall(SnapshotSink sink) {
    this.sink = sink;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Ends the call however it returns. */
  SnapshotInfo take(ManagedChannel channel, String token) throws IOException {
    Context.CancellableContext call = Context.current().withCancellation();
    Context outer = call.attach();
    try {
      return takeAll(channel, token);
    } finally {
      call.detach(outer);
      call.cancel(null);
    }
  }

  private SnapshotInfo takeAll(ManagedChannel channel, String token) throws IOException {
    Metadata headers = new Metadata();
    Tokens.put(headers, token);
    try {
      Iterator<SnapshotResponse> answers =
          MaintenanceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .snapshot(SnapshotRequest.getDefaultInstance());
      while (answers.hasNext()) {
        take(answers.next());
      }
    } catch (StatusRuntimeException e) {
      throw Errors.of(e.getStatus());
    }
    if (last == null || last.length != SHA256_BYTES || !Arrays.equals(last, digest.digest())) {
      throw Errors.of(
          Status.DATA_LOSS.withDescription("the snapshot does not end with its checksum"));
    }
    return new SnapshotInfo(version, totalBytes);
  }

  private void take(SnapshotResponse answer) throws IOException {
    if (last != null) {
      digest.update(last);
    }
    last = answer.getBlob().toByteArray();
    version = answer.getVersion();
    totalBytes += last.length;
    sink.blob(last, answer.getRemainingBytes());
  }
}
