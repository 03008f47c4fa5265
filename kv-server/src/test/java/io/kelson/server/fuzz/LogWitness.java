package io.kelson.server.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;

/** Every line that is logged in this JVM, through whichever of the two ways. */
final class LogWitness extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final java.util.logging.Logger JUL = java.util.logging.Logger.getLogger("");

  final Queue<String> lines = new ConcurrentLinkedQueue<>();

  /** Lines that name an exception, or that something was lost. */
  final Queue<String> alarms = new ConcurrentLinkedQueue<>();

  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final boolean keepsAll;
  private final Handler jul =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          String text = line.getLoggerName() + ": " + line.getMessage();
          boolean alarm = line.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue();
          note(text, line.getThrown() == null ? "" : trace(line.getThrown()), alarm);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** Begins to listen; keeps all lines, or only the alarms. */
  LogWitness(boolean keepsAll) {
    this.keepsAll = keepsAll;
    setContext((LoggerContext) LoggerFactory.getILoggerFactory());
    start();
    root.addAppender(this);
    JUL.addHandler(jul);
  }

  @Override
  protected void append(ILoggingEvent line) {
    StringBuilder trace = new StringBuilder();
    for (IThrowableProxy at = line.getThrowableProxy(); at != null; at = at.getCause()) {
      trace.append('\n').append(at.getClassName()).append(": ").append(at.getMessage());
      for (StackTraceElementProxy element : at.getStackTraceElementProxyArray()) {
        trace.append("\n  ").append(element.getSTEAsString());
      }
    }
    boolean alarm =
        line.getThrowableProxy() != null || line.getLevel().isGreaterOrEqual(Level.ERROR);
    note(line.getLoggerName() + ": " + line.getFormattedMessage(), trace.toString(), alarm);
  }

  private static String trace(Throwable thrown) {
    StringBuilder trace = new StringBuilder();
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      trace.append('\n').append(at);
      for (StackTraceElement element : at.getStackTrace()) {
        trace.append("\n  ").append(element);
      }
    }
    return trace.toString();
  }

  private void note(String text, String trace, boolean alarm) {
    if (keepsAll) {
      lines.add(text + trace);
    }
    if (alarm && alarms.size() < 100) {
      alarms.add(text + trace);
    }
  }

  @Override
  public void close() {
    root.detachAppender(this);
    JUL.removeHandler(jul);
    stop();
  }
}
