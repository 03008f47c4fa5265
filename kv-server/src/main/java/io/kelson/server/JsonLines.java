package io.kelson.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object a line, with the field names that etcd uses, so that what reads etcd's logs reads
 * these: {@code level}, {@code ts}, {@code caller}, {@code msg}, and {@code error} and {@code
 * stacktrace} where there is one. What the caller added as pairs follows under its own names.
 *
 * <p>Logback has an encoder for JSON, but its field names are its own and cannot be changed.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Override
  public byte[] headerBytes() {
    return null;
  }

  @Override
  public byte[] footerBytes() {
    return null;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256).append('{');
    field(line, "level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    field(line, "ts", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
    field(line, "caller", caller(event.getLoggerName()));
    field(line, "msg", event.getFormattedMessage());
    field(line, "thread", event.getThreadName());
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> field(line, pair.key, String.valueOf(pair.value)));
    }
    if (event.getThrowableProxy() != null) {
      String message = event.getThrowableProxy().getMessage();
      field(line, "error", message == null ? event.getThrowableProxy().getClassName() : message);
      field(line, "stacktrace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    line.setCharAt(line.length() - 1, '}');
    return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** As etcd, the package and the file; finding the line would cost a walk of the stack. */
  private static String caller(String logger) {
    int file = logger.lastIndexOf('.');
    int directory = logger.lastIndexOf('.', file - 1);
    return logger.substring(directory + 1).replace('.', '/');
  }

  private static void field(StringBuilder line, String name, String value) {
    text(line, name);
    line.append(':');
    text(line, value);
    line.append(',');
  }

  private static void text(StringBuilder line, String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          // Separators of lines for some readers, and halves of pairs, which UTF-8 cannot say.
          if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029 || isHalf(value, i)) {
            line.append("\\u%04x".formatted((int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }

  private static boolean isHalf(String value, int i) {
    char c = value.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
  }
}
