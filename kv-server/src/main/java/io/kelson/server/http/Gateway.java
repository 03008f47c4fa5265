package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON gateway: every RPC as a POST, and streams over WebSocket as well. It calls the services
 * that the gRPC server calls, in this JVM, without a connection in between. Thread-safe.
 */
final class Gateway implements Route {
  private static final String ROOT = "/v3/";

  /** Earlier names of the same, which clients still use. */
  private static final List<String> OLD_ROOTS = List.of("/v3beta/", "/v3alpha/");

  private final Map<String, Target<?, ?>> targets = new HashMap<>();
  private final JsonWork work;
  private final AnswerBudget budget = AnswerBudget.ofHeap();
  private final HttpLimits limits;

  Gateway(List<ServerServiceDefinition> services, JsonWork work, HttpLimits limits) {
    this.work = work;
    this.limits = limits;
    Map<String, ServerMethodDefinition<?, ?>> served = new HashMap<>();
    for (ServerServiceDefinition service : services) {
      for (ServerMethodDefinition<?, ?> rpc : service.getMethods()) {
        served.put(rpc.getMethodDescriptor().getFullMethodName(), rpc);
      }
    }
    for (GatewayMethod method : GatewayMethods.ALL) {
      Target<?, ?> target = new Target<>(method, served.get(method.name()));
      method.paths().forEach(path -> targets.put(path, target));
    }
  }

  /**
   * What stands behind a path.
   *
   * @param rpc null if this server does not have it
   */
  private record Target<Q, A>(GatewayMethod method, ServerMethodDefinition<Q, A> rpc) {}

  /** Whether a path is the gateway's to answer. */
  static boolean isBelow(String path) {
    return path.startsWith(ROOT) || OLD_ROOTS.stream().anyMatch(path::startsWith);
  }

  private static String present(String path) {
    for (String root : OLD_ROOTS) {
      if (path.startsWith(root)) {
        return ROOT + path.substring(root.length());
      }
    }
    return path;
  }

  @Override
  public RequestBody begin(Exchange exchange) {
    Target<?, ?> target = targets.get(present(exchange.path()));
    if (target == null) {
      return refuse(exchange, Status.NOT_FOUND.withDescription("Not Found"));
    }
    if (target.rpc() == null) {
      return refuse(
          exchange,
          Status.UNIMPLEMENTED.withDescription("unknown method " + target.method().name()));
    }
    if (WebSocketUpgrade.isAskedFor(exchange.request())) {
      return new WebSocketUpgrade(
          exchange,
          target.method(),
          output -> call(target, exchange.channel(), exchange.request(), output),
          limits);
    }
    if (!exchange.method().equals("POST")) {
      exchange.answerHeaders().set(HttpHeaderNames.ALLOW, "POST");
      exchange.reply(
          METHOD_NOT_ALLOWED,
          Exchange.JSON,
          GatewayErrors.body(Status.UNIMPLEMENTED.withDescription("Method Not Allowed")));
      return RequestBody.IGNORED;
    }
    return new HttpCall(
        exchange,
        target.method(),
        output -> call(target, exchange.channel(), exchange.request(), output),
        limits);
  }

  /** Makes the call whose answers go there. */
  interface Calls {
    GatewayCall<?, ?> to(CallOutput output);
  }

  private <Q, A> GatewayCall<Q, A> call(
      Target<Q, A> target, Channel channel, HttpRequest request, CallOutput output) {
    return new GatewayCall<>(
        target.method(),
        target.rpc(),
        channel.eventLoop(),
        work,
        budget,
        output,
        channel.remoteAddress(),
        request.headers().get(HttpHeaderNames.HOST, ""));
  }

  private static RequestBody refuse(Exchange exchange, Status status) {
    exchange.reply(GatewayErrors.http(status.getCode()), Exchange.JSON, GatewayErrors.body(status));
    return RequestBody.IGNORED;
  }
}
