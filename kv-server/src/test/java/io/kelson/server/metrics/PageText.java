package io.kelson.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page as whoever scrapes it reads it. */
record PageText(String text) {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");

  static PageText of(Metrics metrics) {
    return new PageText(new String(metrics.body(""), StandardCharsets.UTF_8));
  }

  /** Type by name. */
  Map<String, String> types() {
    Map<String, String> types = new TreeMap<>();
    text.lines()
        .filter(line -> line.startsWith("# TYPE "))
        .map(line -> line.split(" "))
        .forEach(words -> types.put(words[2], words[3]));
    return types;
  }

  /** Samples of that very name: value by labels. */
  Map<Map<String, String>, Double> samples(String name) {
    Map<Map<String, String>, Double> samples = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      Matcher sample = SAMPLE.matcher(line);
      if (!line.startsWith("#") && sample.matches() && sample.group(1).equals(name)) {
        samples.put(labels(sample.group(2)), Double.parseDouble(sample.group(3)));
      }
    }
    return samples;
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher label = LABEL.matcher(text);
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    return labels;
  }

  /** The only sample whose labels include these, in pairs of name and value. */
  double value(String name, String... pairs) {
    List<Map.Entry<Map<String, String>, Double>> found =
        samples(name).entrySet().stream()
            .filter(
                sample -> {
                  for (int i = 0; i < pairs.length; i += 2) {
                    if (!pairs[i + 1].equals(sample.getKey().get(pairs[i]))) {
                      return false;
                    }
                  }
                  return true;
                })
            .toList();
    assertThat(found).as("samples of %s with %s", name, List.of(pairs)).hasSize(1);
    return found.get(0).getValue();
  }
}
