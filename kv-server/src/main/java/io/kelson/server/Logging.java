package io.kelson.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Sets up logging for our own processes, before the first logger is made. */
final class Logging {
  /** Who in grpc-java reports what it could not read from a client's stream. */
  static final String GRPC_STREAM = "io.grpc.netty.NettyServerStream";

  private static final String CONFIGURATION = "logback.configurationFile";

  /** The JDK forgets loggers that nobody holds, and their filters with them. */
  private static final Logger STREAM = Logger.getLogger(GRPC_STREAM);

  private Logging() {}

  /** Points logback at the configuration; one that the user names wins. */
  static void setUp(String level) {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(CONFIGURATION, "kelson-logback.xml");
    }
    System.setProperty("kelson.log.level", level);
    quietLargeMessages();
  }

  /**
   * A message over the limit is the client's mistake, and the client is told: one line at debug
   * instead of a warning with a stack trace for each, which anybody could fill the disk with.
   */
  static void quietLargeMessages() {
    STREAM.setFilter(Logging::isWorthPrinting);
  }

  private static boolean isWorthPrinting(LogRecord entry) {
    if (entry.getThrown() instanceof StatusRuntimeException refusal
        && refusal.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      LoggerFactory.getLogger(Logging.class)
          .debug("a client's message was refused: {}", refusal.getStatus().getDescription());
      return false;
    }
    return true;
  }
}
