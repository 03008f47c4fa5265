package io.kelson.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.server.config.LogSettings;
import io.kelson.server.rpc.ClientMistakes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sets up logging for our own processes, before the first logger is made. */
final class Logging {
  /** Who in grpc-java reports what it could not read from a client's stream. */
  static final String GRPC_STREAM = "io.grpc.netty.NettyServerStream";

  private static final String CONFIGURATION = "logback.configurationFile";
  private static final String OWN = "kelson-logback.xml";
  private static final String PATTERN =
      "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\",UTC} %-5level %logger{20} [%thread] %msg%n";

  /** The JDK forgets loggers that nobody holds, and their filters with them. */
  private static final Logger STREAM = Logger.getLogger(GRPC_STREAM);

  private Logging() {}

  /** Points logback at the configuration; one that the user names wins. */
  static void setUp(String level) {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(CONFIGURATION, OWN);
    }
    System.setProperty("kelson.log.level", level);
    quietLargeMessages();
  }

  /**
   * The same, with lines of that form going there; gRPC's lines are among them. If the user names a
   * configuration of logback, that decides, and whoever set something else is told.
   *
   * @throws StartFailure if a file cannot be written
   */
  static void setUp(String level, LogSettings settings) throws StartFailure {
    String named = System.getProperty(CONFIGURATION);
    if (named != null) {
      setUp(level);
    }
    if (named != null && !named.equals(OWN)) {
      if (!settings.equals(LogSettings.DEFAULT)) {
        LoggerFactory.getLogger(Logging.class)
            .warn(
                "--log-format and --log-outputs have no effect: logback is configured by {}",
                named);
      }
      return;
    }
    quietLargeMessages();
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      configure(context, level, settings);
    }
  }

  /** What {@link #OWN} says, without reading XML, which is a tenth of the time to start. */
  private static void configure(LoggerContext context, String level, LogSettings settings)
      throws StartFailure {
    context.reset();
    for (String output : settings.outputs()) {
      requireWritable(output);
    }
    context.getLogger("io.kelson").setLevel(Level.toLevel(level, Level.INFO));
    ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    for (String output : settings.outputs()) {
      OutputStreamAppender<ILoggingEvent> appender = appender(output);
      appender.setContext(context);
      appender.setName(output);
      appender.setEncoder(encoder(context, settings.format()));
      appender.start();
      root.addAppender(appender);
    }
  }

  private static OutputStreamAppender<ILoggingEvent> appender(String output) {
    if (output.equals("stderr") || output.equals("stdout")) {
      ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
      console.setTarget(output.equals("stderr") ? "System.err" : "System.out");
      return console;
    }
    FileAppender<ILoggingEvent> file = new FileAppender<>();
    file.setFile(output);
    file.setAppend(true);
    return file;
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogSettings.Format format) {
    if (format == LogSettings.Format.JSON) {
      JsonLines lines = new JsonLines();
      lines.setContext(context);
      lines.start();
      return lines;
    }
    PatternLayoutEncoder lines = new PatternLayoutEncoder();
    lines.setContext(context);
    lines.setPattern(PATTERN);
    lines.start();
    return lines;
  }

  /** Logback would only report it, to nobody. */
  private static void requireWritable(String output) throws StartFailure {
    if (output.equals("stderr") || output.equals("stdout")) {
      return;
    }
    try {
      Path file = Path.of(output).toAbsolutePath();
      Files.createDirectories(file.getParent());
      Files.newOutputStream(
              file,
              java.nio.file.StandardOpenOption.CREATE,
              java.nio.file.StandardOpenOption.APPEND)
          .close();
    } catch (IOException e) {
      throw new StartFailure(
          "--log-outputs: cannot write %s: %s; choose another file or write stderr"
              .formatted(output, e),
          e);
    }
  }

  /**
   * A message over the limit is the client's mistake, and the client is told: one line at debug
   * instead of a warning with a stack trace for each, which anybody could fill the disk with.
   */
  static void quietLargeMessages() {
    STREAM.setFilter(Logging::isWorthPrinting);
    ClientMistakes.quiet();
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
