package io.kelson.server.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Drainable;
import io.grpc.Grpc;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call that came in as JSON, made to a service just as gRPC's server makes its calls: with the
 * same interceptors before it, and its callbacks one after the other on the connection's event
 * loop.
 *
 * <p>What the service does may come from any thread and is carried out on the loop later, never
 * within the service's own call; so nothing here is entered twice. Large messages are read and
 * written as JSON on other threads, one of each kind at a time, which keeps their order.
 *
 * @param <Q> the request
 * @param <A> the response
 */
final class GatewayCall<Q, A> extends ServerCall<Q, A> {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayCall.class);

  /** A service that asks is told to wait while more than this is on its way. */
  private static final int READY_BYTES = 64 << 10;

  private static final int MAX_WAITING_REQUESTS = 16;
  private static final int MAX_WAITING_BYTES = 1 << 20;

  private final GatewayMethod method;
  private final ServerMethodDefinition<Q, A> definition;
  private final EventExecutor loop;
  private final JsonWork work;
  private final AnswerBudget budget;
  private final CallOutput output;
  private final Attributes attributes;
  private final String authority;

  private final Queue<byte[]> inbound = new ArrayDeque<>();
  private final Queue<Outgoing> outbound = new ArrayDeque<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private Context.CancellableContext context;
  private Listener<Q> listener;
  private int inboundBytes;
  private int requested;
  private boolean reading;
  private boolean printing;
  private boolean inboundEnded;
  private boolean halfClosed;
  private Status closing;
  private boolean over;
  private volatile boolean wantsReady;
  private volatile boolean cancelled;

  /**
   * @param remote the client's address
   * @param authority what the client called this host
   */
  GatewayCall(
      GatewayMethod method,
      ServerMethodDefinition<Q, A> definition,
      EventExecutor loop,
      JsonWork work,
      AnswerBudget budget,
      CallOutput output,
      SocketAddress remote,
      String authority) {
    this.method = method;
    this.definition = definition;
    this.loop = loop;
    this.work = work;
    this.budget = budget;
    this.output = output;
    this.attributes = Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, remote).build();
    this.authority = authority;
  }

  /** An answer on its way: a message, or the bytes of one. */
  private record Outgoing(Message message, byte[] bytes, int size, long reserved) {}

  /** Begins the call. */
  void start(Metadata metadata, OptionalLong timeoutNanos) {
    context =
        timeoutNanos.isPresent()
            ? Context.ROOT.withDeadlineAfter(timeoutNanos.getAsLong(), TimeUnit.NANOSECONDS, loop)
            : Context.ROOT.withCancellation();
    context.addListener(this::maybeTimedOut, Runnable::run);
    run(() -> listener = definition.getServerCallHandler().startCall(this, metadata));
    run(() -> listener.onReady());
    pumpIn();
  }

  private void maybeTimedOut(Context ended) {
    if (ended.cancellationCause() instanceof TimeoutException) {
      later(() -> fail(Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded")));
    }
  }

  /** The client sent a message. */
  void message(byte[] json) {
    if (!over) {
      inbound.add(json);
      inboundBytes += json.length;
      pumpIn();
    }
  }

  /** The client will send nothing more. */
  void halfClose() {
    inboundEnded = true;
    pumpIn();
  }

  /** The client has left. */
  void gone() {
    if (abandon(Status.CANCELLED.withDescription("the client has left"))) {
      LOG.trace("the caller of {} has left", method.name());
    }
  }

  /** The connection takes more of the answer again. */
  void writable() {
    pumpOut();
    pumpIn();
  }

  /** Ends the call from this side, before the service has. */
  void fail(Status status) {
    if (abandon(status)) {
      output.end(status);
    }
  }

  private boolean abandon(Status status) {
    if (over) {
      return false;
    }
    over = true;
    cancelled = true;
    inbound.clear();
    outbound.forEach(this::drop);
    outbound.clear();
    if (context != null) {
      context.cancel(status.asException());
    }
    if (listener != null) {
      run(listener::onCancel);
    }
    return true;
  }

  private void later(Runnable action) {
    try {
      loop.execute(action);
    } catch (RejectedExecutionException e) {
      LOG.trace("the event loops have stopped; {} will not be answered", method.name());
    }
  }

  private void run(Runnable callback) {
    try {
      context.run(callback);
    } catch (RuntimeException e) {
      LOG.error("{} failed", method.name(), e);
      fail(Status.UNKNOWN.withDescription("the call failed; see this member's log"));
    }
  }

  private void pumpIn() {
    while (mayDeliver() && !inbound.isEmpty()) {
      byte[] json = inbound.poll();
      inboundBytes -= json.length;
      requested--;
      if (json.length <= JsonWork.MAX_ON_LOOP_BYTES) {
        deliver(json);
      } else {
        reading = true;
        elsewhere(() -> read(json));
      }
    }
    if (mayBegin() && inboundEnded && inbound.isEmpty() && !halfClosed) {
      halfClosed = true;
      run(listener::onHalfClose);
    }
    if (!over) {
      output.pauseReading(
          inbound.size() > MAX_WAITING_REQUESTS || inboundBytes > MAX_WAITING_BYTES);
    }
  }

  private boolean mayBegin() {
    return !over && closing == null && listener != null && !reading;
  }

  /** A client that takes no answers is asked for no more requests. */
  private boolean mayDeliver() {
    return mayBegin() && requested > 0 && hasRoom();
  }

  private void elsewhere(Runnable task) {
    try {
      work.execute(task);
    } catch (RejectedExecutionException e) {
      fail(Status.UNAVAILABLE.withDescription("this member is busy or stopping"));
    }
  }

  private void read(byte[] json) {
    Runnable next;
    try {
      Q request = parse(json);
      next = () -> deliver(request);
    } catch (BadJsonException e) {
      next = () -> fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    }
    Runnable then = next;
    later(
        () -> {
          reading = false;
          then.run();
          pumpIn();
        });
  }

  private void deliver(byte[] json) {
    try {
      deliver(parse(json));
    } catch (BadJsonException e) {
      fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    }
  }

  private void deliver(Q request) {
    if (!over) {
      run(() -> listener.onMessage(request));
    }
  }

  @SuppressWarnings("unchecked")
  private Q parse(byte[] json) throws BadJsonException {
    return (Q) JsonMessages.read(json, method.request());
  }

  @Override
  public void request(int count) {
    later(
        () -> {
          requested += count;
          pumpIn();
        });
  }

  @Override
  public void sendHeaders(Metadata headers) {
    // The answer's head goes out with its first message: only then its status is known.
  }

  @Override
  public void sendMessage(A answer) {
    if (cancelled) {
      return;
    }
    if (answer instanceof Message message) {
      enqueue(outgoing(message));
      return;
    }
    try (InputStream in = definition.getMethodDescriptor().streamResponse(answer)) {
      if (in instanceof SeveralMessages several) {
        for (InputStream one : several.messages()) {
          enqueue(outgoing(one));
        }
      } else {
        enqueue(outgoing(in));
      }
    } catch (IOException e) {
      throw Status.CANCELLED
          .withDescription("the caller has left")
          .withCause(e)
          .asRuntimeException();
    }
  }

  /** Null says that there was no room. */
  private void enqueue(Outgoing next) {
    if (next == null) {
      later(() -> fail(tooLarge()));
      return;
    }
    queuedBytes.addAndGet(next.size());
    later(
        () -> {
          if (over) {
            drop(next);
          } else {
            outbound.add(next);
            pumpOut();
          }
        });
  }

  private static Status tooLarge() {
    return Status.RESOURCE_EXHAUSTED.withDescription(
        "there is no room now for an answer so large in JSON; ask for less with limit, or use gRPC");
  }

  /** Null if there is no room for it. */
  private Outgoing outgoing(Message message) {
    int size = message.getSerializedSize();
    long reserved = maybeReserve(size);
    return reserved < 0 ? null : new Outgoing(message, null, size, reserved);
  }

  private Outgoing outgoing(InputStream in) throws IOException {
    long reserved = maybeReserve(in instanceof KnownLength ? in.available() : 0);
    if (reserved < 0) {
      return null;
    }
    byte[] bytes = drain(in, reserved);
    return new Outgoing(null, bytes, bytes.length, reserved);
  }

  private long maybeReserve(int size) {
    if (size <= JsonWork.MAX_ON_LOOP_BYTES) {
      return 0;
    }
    return budget.maybeTake(size) ? size : -1;
  }

  private byte[] drain(InputStream in, long reserved) throws IOException {
    boolean drained = false;
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) reserved);
      OutputStream whileWanted = new WhileWanted(bytes, () -> !cancelled);
      if (in instanceof Drainable drainable) {
        drainable.drainTo(whileWanted);
      } else {
        in.transferTo(whileWanted);
      }
      drained = true;
      return bytes.toByteArray();
    } finally {
      if (!drained) {
        budget.giveBack(reserved);
      }
    }
  }

  private void pumpOut() {
    while (!over && !printing && !outbound.isEmpty() && output.isWritable()) {
      Outgoing next = outbound.poll();
      if (next.size() <= JsonWork.MAX_ON_LOOP_BYTES) {
        print(next).run();
      } else {
        printing = true;
        try {
          work.execute(() -> printElsewhere(next));
        } catch (RejectedExecutionException e) {
          drop(next);
          fail(Status.UNAVAILABLE.withDescription("this member is busy or stopping"));
        }
      }
    }
    if (!over && closing != null && !printing && outbound.isEmpty()) {
      finish();
    }
    if (wantsReady && !over && listener != null && hasRoom()) {
      wantsReady = false;
      run(listener::onReady);
    }
  }

  private void printElsewhere(Outgoing next) {
    Runnable send = print(next);
    later(
        () -> {
          printing = false;
          send.run();
          pumpOut();
        });
  }

  /** Makes the text, and returns what is to be done with it on the loop. */
  private Runnable print(Outgoing next) {
    try {
      Message message =
          next.message() != null
              ? next.message()
              : method.response().getParserForType().parseFrom(next.bytes());
      ByteBuf json = output.print(message);
      return () -> send(next, json);
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      LOG.error("an answer of {} cannot be written as JSON", method.name(), e);
      return () -> {
        drop(next);
        fail(Status.INTERNAL.withDescription("the answer cannot be written as JSON"));
      };
    }
  }

  private void send(Outgoing next, ByteBuf json) {
    if (over) {
      json.release();
      drop(next);
    } else {
      output.send(
          json,
          () -> {
            drop(next);
            writable();
          });
    }
  }

  private void drop(Outgoing answer) {
    queuedBytes.addAndGet(-answer.size());
    budget.giveBack(answer.reserved());
  }

  private void finish() {
    over = true;
    output.end(closing);
    run(listener::onComplete);
    context.cancel(null);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    later(
        () -> {
          if (closing == null) {
            closing = status;
          }
          pumpOut();
        });
  }

  @Override
  public boolean isReady() {
    // Said first, so that it is not missed by the loop that makes room meanwhile.
    wantsReady = true;
    return !cancelled && hasRoom();
  }

  private boolean hasRoom() {
    return queuedBytes.get() < READY_BYTES && output.isWritable();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public MethodDescriptor<Q, A> getMethodDescriptor() {
    return definition.getMethodDescriptor();
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public String getAuthority() {
    return authority;
  }
}
