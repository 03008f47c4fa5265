package io.kelson.server.rpc;

import io.grpc.stub.StreamObserver;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.server.apply.ReadOnlyTxn;
import io.kelson.server.apply.RequestChecks;
import io.kelson.server.mvcc.RangeResult;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;

/** etcdserverpb.KV: Range, Put, DeleteRange and Txn. Compact and RangeStream are not built yet. */
final class KvService extends KVGrpc.KVImplBase {
  private final Proposals proposals;
  private final StoreReads reads;
  private final Headers headers;
  private final int maxTxnOps;

  KvService(Proposals proposals, StoreReads reads, Headers headers, int maxTxnOps) {
    this.proposals = proposals;
    this.reads = reads;
    this.headers = headers;
    this.maxTxnOps = maxTxnOps;
  }

  @Override
  public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
    Reply<RangeResponse> reply = Reply.to(RangeResponse.class, observer);
    EtcdError error = RequestChecks.check(request);
    if (error != null) {
      reply.failed(error);
      return;
    }
    reads.answer(request.getSerializable(), new RangeQuery(request, headers), reply);
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> observer) {
    Reply<PutResponse> reply = Reply.to(PutResponse.class, observer);
    EtcdError error = RequestChecks.check(request);
    propose(error, InternalRequest.newBuilder().setPut(request), reply);
  }

  @Override
  public void deleteRange(
      DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
    Reply<DeleteRangeResponse> reply = Reply.to(DeleteRangeResponse.class, observer);
    EtcdError error = RequestChecks.check(request);
    propose(error, InternalRequest.newBuilder().setDeleteRange(request), reply);
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
    Reply<TxnResponse> reply = Reply.to(TxnResponse.class, observer);
    EtcdError error = RequestChecks.check(request, maxTxnOps);
    if (error == null && RequestChecks.isReadOnly(request)) {
      reads.answer(
          RequestChecks.isSerializable(request),
          StoreReads.slow(view -> evaluate(request, view)),
          reply);
    } else {
      propose(error, InternalRequest.newBuilder().setTxn(request), reply);
    }
  }

  private TxnResponse evaluate(TxnRequest request, StoreView view) {
    return ReadOnlyTxn.evaluate(request, view).toBuilder()
        .setHeader(headers.at(view.revision()))
        .build();
  }

  private void propose(EtcdError error, InternalRequest.Builder request, Reply<?> reply) {
    if (error != null) {
      reply.failed(error);
    } else {
      reply.waitsFor(proposals.submit(request, CallLoop.current(), reply));
    }
  }

  private record RangeQuery(RangeRequest request, Headers headers)
      implements StoreReads.Query<RangeResponse> {
    @Override
    public RangeResponse inMemory(StoreView view) {
      RangeResult result = view.maybeRangeInMemory(request).orElse(null);
      return result == null ? null : response(result, view);
    }

    @Override
    public RangeResponse evaluate(StoreView view) {
      return response(view.range(request), view);
    }

    private RangeResponse response(RangeResult result, StoreView view) {
      return RangeResponse.newBuilder()
          .setHeader(headers.at(view.revision()))
          .addAllKvs(result.kvs())
          .setMore(result.more())
          .setCount(result.count())
          .build();
    }
  }
}
