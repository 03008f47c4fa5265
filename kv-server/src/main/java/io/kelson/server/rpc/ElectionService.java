package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.ResponseHeader;
import io.kelson.api.TxnResponse;
import io.kelson.api.election.CampaignRequest;
import io.kelson.api.election.CampaignResponse;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.election.LeaderKey;
import io.kelson.api.election.LeaderRequest;
import io.kelson.api.election.LeaderResponse;
import io.kelson.api.election.ProclaimRequest;
import io.kelson.api.election.ProclaimResponse;
import io.kelson.api.election.ResignRequest;
import io.kelson.api.election.ResignResponse;
import io.kelson.api.mvcc.KeyValue;
import java.util.concurrent.CompletableFuture;

/**
 * v3electionpb.Election. Who leads is whoever's key for the election's name is the oldest; the
 * create revision of that key fences what the leader does.
 */
final class ElectionService extends ElectionGrpc.ElectionImplBase {
  private static final String NOT_LEADER = "election: not leader";
  private static final String NO_LEADER = "election: no leader";
  private static final String LEADER_MISSING = "\"leader\" field must be provided";

  private final RecipeParts parts;

  ElectionService(RecipeParts parts) {
    this.parts = parts;
  }

  @Override
  public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> observer) {
    Reply<CampaignResponse> reply = Reply.to(CampaignResponse.class, observer);
    Recipe recipe = parts.begin();
    reply.waitsFor(recipe::end);
    Recipe.answer(
        reply,
        recipe.lease(request.getLease()).thenCompose(lease -> campaign(recipe, request, lease)));
  }

  private static CompletableFuture<CampaignResponse> campaign(
      Recipe recipe, CampaignRequest request, long lease) {
    ByteString key = Recipe.ownKey(request.getName(), lease);
    return recipe
        .txn(
            Recipe.ifCreatedAt(key, 0)
                .addSuccess(Recipe.putOp(key, request.getValue(), lease))
                .addFailure(Recipe.op(Recipe.get(key))))
        .thenCompose(
            claimed -> {
              LeaderKey.Builder own =
                  LeaderKey.newBuilder().setName(request.getName()).setKey(key).setLease(lease);
              return await(recipe, request.getValue(), claimed, own);
            });
  }

  /** A candidate who runs again keeps his place, with the new value. */
  private static CompletableFuture<CampaignResponse> await(
      Recipe recipe, ByteString value, TxnResponse claimed, LeaderKey.Builder key) {
    CompletableFuture<?> said = CompletableFuture.completedFuture(null);
    if (claimed.getSucceeded()) {
      key.setRev(claimed.getHeader().getRevision());
    } else {
      KeyValue found = claimed.getResponses(0).getResponseRange().getKvs(0);
      key.setRev(found.getCreateRevision());
      if (!found.getValue().equals(value)) {
        said = proclaim(recipe, key.build(), value);
      }
    }
    LeaderKey own = key.build();
    return said.thenCompose(first -> recipe.olderGone(own.getName(), own.getRev() - 1))
        .whenComplete(
            (won, problem) -> {
              if (problem != null) {
                resign(recipe, own);
              }
            })
        .thenApply(
            won ->
                CampaignResponse.newBuilder()
                    .setHeader(claimed.getHeader())
                    .setLeader(own)
                    .build());
  }

  private static CompletableFuture<ResponseHeader> proclaim(
      Recipe recipe, LeaderKey leader, ByteString value) {
    return recipe
        .txn(
            Recipe.ifCreatedAt(leader.getKey(), leader.getRev())
                .addSuccess(Recipe.putOp(leader.getKey(), value, leader.getLease())))
        .thenApply(
            done -> {
              if (!done.getSucceeded()) {
                throw Recipe.failure(NOT_LEADER);
              }
              return done.getHeader();
            });
  }

  private static CompletableFuture<ResponseHeader> resign(Recipe recipe, LeaderKey leader) {
    return recipe
        .txn(
            Recipe.ifCreatedAt(leader.getKey(), leader.getRev())
                .addSuccess(Recipe.deleteOp(leader.getKey())))
        .thenApply(TxnResponse::getHeader);
  }

  @Override
  public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> observer) {
    Reply<ProclaimResponse> reply = Reply.to(ProclaimResponse.class, observer);
    if (!request.hasLeader()) {
      reply.passOn(Recipe.failure(LEADER_MISSING));
      return;
    }
    Recipe.answer(
        reply,
        proclaim(parts.begin(), request.getLeader(), request.getValue())
            .thenApply(header -> ProclaimResponse.newBuilder().setHeader(header).build()));
  }

  /** Who does not lead any more has nothing to give up: no error. */
  @Override
  public void resign(ResignRequest request, StreamObserver<ResignResponse> observer) {
    Reply<ResignResponse> reply = Reply.to(ResignResponse.class, observer);
    if (!request.hasLeader()) {
      reply.passOn(Recipe.failure(LEADER_MISSING));
      return;
    }
    Recipe.answer(
        reply,
        resign(parts.begin(), request.getLeader())
            .thenApply(header -> ResignResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void leader(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
    Recipe.answer(
        Reply.to(LeaderResponse.class, observer),
        parts
            .begin()
            .range(Recipe.byCreation(request.getName()))
            .thenApply(
                found -> {
                  if (found.getKvsCount() == 0) {
                    throw Recipe.failure(NO_LEADER);
                  }
                  return LeaderResponse.newBuilder()
                      .setHeader(found.getHeader())
                      .setKv(found.getKvs(0))
                      .build();
                }));
  }

  @Override
  public void observe(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
    ElectionObserver.open(
        parts, request.getName(), (ServerCallStreamObserver<LeaderResponse>) observer);
  }
}
