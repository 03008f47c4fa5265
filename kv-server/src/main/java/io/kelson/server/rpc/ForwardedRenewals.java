package io.kelson.server.rpc;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Passes the renewals of one stream on to the leader, on a stream of its own over the connection
 * that all share. The leader answers in order, so the first that waits is the one that is answered.
 */
final class ForwardedRenewals
    implements KeepAliveStream.Renewals, StreamObserver<LeaseKeepAliveResponse> {
  private final Queue<KeepAliveStream.Question> waiting = new ConcurrentLinkedQueue<>();
  private StreamObserver<LeaseKeepAliveRequest> leader;
  private volatile EtcdError ended;

  private ForwardedRenewals() {}

  /** Opens the stream to the leader. */
  static ForwardedRenewals open(LeaseGrpc.LeaseStub stub) {
    ForwardedRenewals opened = new ForwardedRenewals();
    // Ended by us alone: what the client's call carries with it is of no concern to the leader.
    Context previous = Context.ROOT.attach();
    try {
      opened.leader = stub.leaseKeepAlive(opened);
    } finally {
      Context.ROOT.detach(previous);
    }
    return opened;
  }

  @Override
  public void renew(KeepAliveStream.Question question) {
    waiting.add(question);
    leader.onNext(LeaseKeepAliveRequest.newBuilder().setID(question.leaseId()).build());
    if (ended != null) {
      failAll();
    }
  }

  @Override
  public void closed() {
    leader.onError(Status.CANCELLED.asRuntimeException());
  }

  @Override
  public void onNext(LeaseKeepAliveResponse response) {
    KeepAliveStream.Question first = waiting.poll();
    if (first != null) {
      first.answered(response.getTTL());
    }
  }

  @Override
  public void onError(Throwable problem) {
    EtcdError said = EtcdError.ofText(Status.fromThrowable(problem).getDescription());
    // Anything else is the connection's: whoever comes again finds the leader that is there then.
    ended = said == null ? EtcdError.LEADER_CHANGED : said;
    failAll();
  }

  @Override
  public void onCompleted() {
    ended = EtcdError.LEADER_CHANGED;
    failAll();
  }

  private void failAll() {
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      next.failed(ended);
    }
  }
}
