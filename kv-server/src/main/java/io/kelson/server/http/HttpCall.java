package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * A gateway call as one HTTP request. Streams come back as one line of JSON per message, each in a
 * chunk of its own, until the call ends or the client leaves.
 */
final class HttpCall implements RequestBody, CallOutput {
  private static final byte[] NOTHING = {'{', '}'};

  private final Exchange exchange;
  private final GatewayMethod method;
  private final GatewayCall<?, ?> call;
  private final JsonObjects objects;
  private final Metadata metadata;
  private final OptionalLong timeoutNanos;
  private byte[] only;
  private ByteBuf answer;
  private Runnable answerWritten;

  HttpCall(Exchange exchange, GatewayMethod method, Gateway.Calls calls, HttpLimits limits) {
    HttpHeaders headers = exchange.request().headers();
    this.exchange = exchange;
    this.method = method;
    this.call = calls.to(this);
    this.objects = new JsonObjects(limits.maxBodyBytes());
    this.metadata = GatewayMetadata.of(headers);
    this.timeoutNanos = GatewayMetadata.timeoutNanos(headers);
    exchange.answerHeaders().set("Grpc-Metadata-Content-Type", "application/grpc");
    if (method.takesMany()) {
      exchange.bodyMayLast();
      call.start(metadata, timeoutNanos);
    }
  }

  @Override
  public void data(ByteBuf bytes) {
    try {
      if (method.takesMany()) {
        objects.feed(bytes, call::message);
      } else if (only == null) {
        objects.feed(bytes, this::keepFirst);
      }
    } catch (BadJsonException e) {
      // Whatever stands behind the one message that is wanted is ignored, as in etcd.
      if (only == null) {
        call.fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
      }
    }
  }

  private void keepFirst(byte[] json) {
    if (only == null) {
      only = json;
    }
  }

  @Override
  public void end() {
    if (objects.isWithin() && only == null) {
      call.fail(Status.INVALID_ARGUMENT.withDescription("the JSON ends within an object"));
      return;
    }
    if (!method.takesMany()) {
      call.start(metadata, timeoutNanos);
      call.message(only == null ? NOTHING : only);
      only = null;
    }
    call.halfClose();
  }

  @Override
  public void gone() {
    call.gone();
    if (answer != null) {
      answer.release();
      answer = null;
      answerWritten.run();
    }
  }

  @Override
  public void writable() {
    call.writable();
  }

  @Override
  public ByteBuf print(Message message) {
    return method.sendsMany()
        ? JsonMessages.write("{\"result\":", message, "}\n")
        : JsonMessages.write("", message, "");
  }

  @Override
  public void send(ByteBuf json, Runnable written) {
    if (!method.sendsMany()) {
      answer = json;
      answerWritten = written;
      return;
    }
    if (!exchange.isStreaming()) {
      exchange.stream(Exchange.JSON);
    }
    exchange.part(json).addListener(done -> written.run());
  }

  @Override
  public void end(Status status) {
    if (!status.isOk()) {
      endWith(status);
    } else if (method.sendsMany()) {
      if (!exchange.isStreaming()) {
        exchange.stream(Exchange.JSON);
      }
      exchange.endStream();
    } else {
      ByteBuf body = answer == null ? Unpooled.copiedBuffer(NOTHING) : answer;
      Runnable written = answerWritten == null ? () -> {} : answerWritten;
      answer = null;
      exchange.reply(OK, Exchange.JSON, body).addListener(done -> written.run());
    }
  }

  private void endWith(Status status) {
    if (exchange.isStreaming()) {
      exchange.part(
          Unpooled.copiedBuffer(GatewayErrors.inStream(status) + "\n", StandardCharsets.UTF_8));
      exchange.endStream();
      return;
    }
    exchange.answerHeaders().remove("Grpc-Metadata-Content-Type");
    if (status.getCode() == Status.Code.UNAUTHENTICATED && status.getDescription() != null) {
      exchange
          .answerHeaders()
          .set(HttpHeaderNames.WWW_AUTHENTICATE, status.getDescription().replaceAll("[^ -~]", " "));
    }
    exchange.reply(
        GatewayErrors.http(status.getCode()),
        Exchange.JSON,
        method.sendsMany() ? GatewayErrors.inStream(status) + "\n" : GatewayErrors.body(status));
  }

  @Override
  public boolean isWritable() {
    return exchange.isWritable();
  }

  @Override
  public void pauseReading(boolean pause) {
    exchange.pauseReading(pause);
  }
}
