package io.kelson.server;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.MemberAttributes;
import io.kelson.server.rpc.Outcome;
import io.kelson.server.rpc.Proposals;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other members, through the log, this one's name and where its clients find it; tries
 * until it is applied. Saying it twice does no harm.
 */
final class Attributes implements Outcome {
  private static final Logger LOG = LoggerFactory.getLogger(Attributes.class);
  private static final long RETRY_MILLIS = 500;

  private final MemberAttributes attributes;
  private final Proposals proposals;
  private final EventExecutor loop;
  private final CompletableFuture<Void> published = new CompletableFuture<>();

  Attributes(MemberAttributes attributes, Proposals proposals, EventExecutor loop) {
    this.attributes = attributes;
    this.proposals = proposals;
    this.loop = loop;
  }

  /** Done once this member has applied what it said of itself: a leader and a quorum were there. */
  CompletableFuture<Void> published() {
    return published;
  }

  /** Whether {@link #published} is done, and did not fail. */
  boolean arePublished() {
    return published.isDone() && !published.isCompletedExceptionally();
  }

  void publish() {
    proposals.submit(InternalRequest.newBuilder().setMemberAttributes(attributes), loop, this);
  }

  @Override
  public void succeeded(MessageLite response) {
    published.complete(null);
  }

  @Override
  public void failed(EtcdError error) {
    if (error == EtcdError.STOPPED) {
      published.completeExceptionally(error.asException());
      return;
    }
    LOG.warn("cannot announce this member to the others yet: {}; trying on", error.text());
    loop.schedule(this::publish, RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }
}
