package io.kelson.server.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How a scrape is written: OpenMetrics 1.0 for whoever asks for it, Prometheus text 0.0.4 for
 * everybody else.
 */
enum Page {
  TEXT(PrometheusTextFormatWriter.create(), false),
  OPEN_METRICS(OpenMetricsTextFormatWriter.create(), true);

  /** The only metrics of that type are etcd's counters without a counter's ending. */
  private static final Pattern BARE_COUNTER = Pattern.compile("(?m)^(# TYPE \\S+) untyped$");

  private static final Pattern BOUND = Pattern.compile("le=\"([0-9.E-]+)\"");

  private final ExpositionFormatWriter writer;
  private final boolean keepsFraction;

  Page(ExpositionFormatWriter writer, boolean keepsFraction) {
    this.writer = writer;
    this.keepsFraction = keepsFraction;
  }

  /**
   * The format for an {@code Accept} header.
   *
   * @param accept null or empty if there was none
   */
  static Page accepted(String accept) {
    return accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
  }

  String contentType() {
    return writer.getContentType();
  }

  byte[] write(MetricSnapshots families) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    try {
      writer.write(bytes, families);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written to", e);
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    text = BOUND.matcher(text).replaceAll(this::plain);
    return BARE_COUNTER.matcher(text).replaceAll("$1 counter").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Bounds are label values, compared as text, so they are spelled as etcd spells them: no
   * exponents, and in the older format no fraction of zero.
   */
  private String plain(MatchResult bound) {
    String plain = new BigDecimal(bound.group(1)).stripTrailingZeros().toPlainString();
    String text = keepsFraction && !plain.contains(".") ? plain + ".0" : plain;
    return "le=\"" + text + "\"";
  }
}
