package io.kelson.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeStreamResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One read that comes in chunks, all as of one revision.
 *
 * <p>The first endpoint that says anything has it to itself: once a chunk was handed on, a failure
 * is the caller's. A server without this call, or one that does not stream this kind of read, is
 * asked in the ordinary way: its answer is one chunk then. Callbacks come one at a time.
 */
final class RangeStreamCall {
  private final Endpoints endpoints;
  private final Tokens tokens;
  private final RangeOp op;
  private final Namespace namespace;
  private final Consumer<List<KeyValue>> chunks;
  private final Supplier<CompletableFuture<RangeResult>> ordinary;
  private final CompletableFuture<RangeResult> result = new CompletableFuture<>();
  private volatile ClientCall<RangeRequest, RangeStreamResponse> underWay;
  private int attempts;

  RangeStreamCall(
      Endpoints endpoints,
      Tokens tokens,
      RangeOp op,
      Namespace namespace,
      Consumer<List<KeyValue>> chunks,
      Supplier<CompletableFuture<RangeResult>> ordinary) {
    this.endpoints = endpoints;
    this.tokens = tokens;
    this.op = op;
    this.namespace = namespace;
    this.chunks = chunks;
    this.ordinary = ordinary;
  }

  CompletableFuture<RangeResult> start() {
    result.whenComplete(
        (value, failure) -> {
          ClientCall<RangeRequest, RangeStreamResponse> call = underWay;
          if (result.isCancelled() && call != null) {
            call.cancel("abandoned by the caller", null);
          }
        });
    attempt();
    return result;
  }

  private void attempt() {
    String token = tokens.current();
    if (token == null) {
      attemptWithNew(null);
      return;
    }
    try {
      send(token);
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private void attemptWithNew(String stale) {
    tokens
        .renew(stale)
        .whenComplete(
            (token, failure) -> {
              if (failure == null) {
                attempt();
              } else {
                result.completeExceptionally(failure);
              }
            });
  }

  private void send(String token) {
    Endpoint endpoint = endpoints.current();
    ClientCall<RangeRequest, RangeStreamResponse> call =
        endpoint.channel().newCall(KVGrpc.getRangeStreamMethod(), CallOptions.DEFAULT);
    underWay = call;
    Metadata headers = new Metadata();
    Tokens.put(headers, token);
    call.start(new Stream(endpoint, token, call), headers);
    call.sendMessage(Wire.range(namespace.in(op)));
    call.halfClose();
    call.request(1);
  }

  private void askOrdinarily() {
    ordinary
        .get()
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                result.completeExceptionally(Errors.of(failure));
                return;
              }
              try {
                if (!found.kvs().isEmpty()) {
                  chunks.accept(found.kvs());
                }
                result.complete(summary(found));
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
  }

  private static RangeResult summary(RangeResult last) {
    return new RangeResult(last.header(), List.of(), last.more(), last.count());
  }

  private final class Stream extends ClientCall.Listener<RangeStreamResponse> {
    private final Endpoint endpoint;
    private final String token;
    private final ClientCall<RangeRequest, RangeStreamResponse> call;
    private RangeResult last;
    private RuntimeException broken;

    Stream(Endpoint endpoint, String token, ClientCall<RangeRequest, RangeStreamResponse> call) {
      this.endpoint = endpoint;
      this.token = token;
      this.call = call;
    }

    @Override
    public void onMessage(RangeStreamResponse message) {
      if (broken != null) {
        return;
      }
      try {
        last = namespace.out(Wire.range(message.getRangeResponse()));
        if (!last.kvs().isEmpty()) {
          chunks.accept(last.kvs());
        }
        call.request(1);
      } catch (RuntimeException e) {
        broken = e;
        call.cancel("whoever takes the chunks failed", e);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (broken != null) {
        result.completeExceptionally(broken);
      } else if (status.isOk() && last != null) {
        endpoint.noteSuccess();
        result.complete(summary(last));
      } else if (last != null || result.isDone()) {
        result.completeExceptionally(Errors.of(status));
      } else {
        again(status);
      }
    }

    /** Nothing has come: it may be asked of somebody else, or in another way. */
    private void again(Status status) {
      attempts++;
      boolean mayGoOn = attempts <= 2 * endpoints.size();
      if (status.getCode() == Status.Code.UNIMPLEMENTED) {
        askOrdinarily();
      } else if (mayGoOn && tokens.renewsAfter(status.getDescription())) {
        attemptWithNew(token);
      } else if (mayGoOn && Verdict.ofRead(status) == Verdict.TRY_NEXT) {
        endpoints.moveOnFrom(endpoint);
        attempt();
      } else {
        result.completeExceptionally(Errors.of(status));
      }
    }
  }
}
