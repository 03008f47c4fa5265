package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.server.lease.LeaseLog;
import io.kelson.server.proto.InternalRequest;
import java.util.function.Consumer;

/** The lessor's way into consensus, which is that of clients. */
record ConsensusLeaseLog(Proposals proposals, LinearizableReads reads) implements LeaseLog {
  @Override
  public void propose(InternalRequest.Builder request, Consumer<EtcdError> done) {
    proposals.submitOnce(
        request,
        CallLoop.current(),
        new Outcome() {
          @Override
          public void succeeded(MessageLite response) {
            done.accept(null);
          }

          @Override
          public void failed(EtcdError error) {
            done.accept(error);
          }
        });
  }

  @Override
  public void confirm(Consumer<EtcdError> done) {
    reads.submit(
        CallLoop.current(),
        new LinearizableReads.Read() {
          @Override
          public void ready() {
            done.accept(null);
          }

          @Override
          public void failed(EtcdError error) {
            done.accept(error);
          }
        });
  }
}
