package io.kelson.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.List;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what only a client did wrong from filling the log, and tells the client.
 *
 * <p>gRPC prints a warning with a stack trace for every request that is no protobuf and for every
 * frame that HTTP/2 does not allow. The client is told, and whoever sends a thousand of them a
 * second must not get a hundred thousand lines for it: they are one line each, at debug.
 */
public final class ClientMistakes {
  private static final String HANDLER = "io.grpc.netty.NettyServerHandler";
  private static final String STREAM = "io.grpc.netty.NettyServerStream";

  /** Held, because the JDK forgets loggers that nobody holds, and their filters with them. */
  private static final List<Logger> LOGGERS =
      List.of(
          Logger.getLogger("io.grpc.internal.SerializeReentrantCallsDirectExecutor"),
          Logger.getLogger("io.grpc.internal.SerializingExecutor"),
          Logger.getLogger(HANDLER),
          Logger.getLogger(STREAM));

  private ClientMistakes() {}

  /** Installs the filters, beside those that are there. May be called again. */
  public static void quiet() {
    for (Logger logger : LOGGERS) {
      var before = logger.getFilter();
      if (!(before instanceof MistakeFilter)) {
        logger.setFilter(new MistakeFilter(before));
      }
    }
  }

  /**
   * What a call ends with. gRPC takes a request that cannot be read for a failure of the server's
   * and says UNKNOWN; in etcd the caller hears what is wrong with it.
   */
  static Status statusOf(Status ended) {
    return isUnreadable(ended.getCause())
        ? Status.INTERNAL.withDescription(
            "grpc: error unmarshalling request: " + ended.getCause().getCause().getMessage())
        : ended;
  }

  private record MistakeFilter(java.util.logging.Filter others)
      implements java.util.logging.Filter {
    @Override
    public boolean isLoggable(LogRecord line) {
      if (HANDLER.equals(line.getLoggerName())
          && String.valueOf(line.getMessage()).startsWith("Expected header TE")) {
        // It repeats what the client wrote there, which is the client's to choose.
        LoggerFactory.getLogger(ClientMistakes.class).debug("a call without \"te: trailers\"");
        return false;
      }
      if (isMistake(line)) {
        LoggerFactory.getLogger(ClientMistakes.class)
            .debug("a client's request was refused: {}", String.valueOf(line.getThrown()));
        return false;
      }
      return others == null || others.isLoggable(line);
    }
  }

  private static boolean isMistake(LogRecord line) {
    Throwable thrown = line.getThrown();
    if (thrown instanceof Http2Exception) {
      return true;
    }
    // What cannot be cut into messages is reported by the stream, what is no message by the call.
    return isUnreadable(thrown)
        || thrown instanceof StatusRuntimeException && STREAM.equals(line.getLoggerName());
  }

  private static boolean isUnreadable(Throwable thrown) {
    return thrown instanceof StatusRuntimeException refusal
        && refusal.getCause() instanceof InvalidProtocolBufferException;
  }
}
