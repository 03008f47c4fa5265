package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class LoadChartTest {
  private static final long BUCKET = Tally.BUCKET_NANOS;
  private static final LoadPlan PLAN =
      new LoadPlan(List.of("a:1"), 2, 1, 1, Duration.ZERO, Duration.ofSeconds(1), 0, 0, 1, 1);

  @Test
  void percentilesAndCourseAreDrawnAsWellFormedXml() throws Exception {
    Tally tally = new Tally(1_000);
    for (int i = 0; i < 1_000; i++) {
      long end = 1_000 + i * BUCKET / 100;
      tally.succeeded(end - 2_000_000, end);
    }
    LoadResult result =
        LoadResult.of("a<b&c", PLAN, tally, new Cost(false, 0, 0, -1, 0, CpuCourse.UNKNOWN));
    Document drawing = parse(LoadChart.svg(result, tally));

    assertThat(drawing.getElementsByTagName("path").getLength()).isEqualTo(2);
    assertThat(drawing.getElementsByTagName("title").item(0).getTextContent())
        .startsWith("a<b&c, closed loop, 2 clients");
    assertThat(texts(drawing)).contains("p50: 2.001 ms", "0.35 s: 1000 ops/s");
    assertThat(texts(drawing))
        .as("of a thousand operations nobody knows the 99.99th percentile")
        .noneMatch(text -> text.startsWith("p99.99:"));
  }

  @Test
  void runWithoutAnyOperationIsDrawnToo() throws Exception {
    Tally tally = new Tally(0);
    LoadResult result =
        LoadResult.of("put", PLAN, tally, new Cost(false, 0, 0, -1, 0, CpuCourse.UNKNOWN));
    Document drawing = parse(LoadChart.svg(result, tally));
    assertThat(drawing.getElementsByTagName("path").getLength()).isZero();
  }

  @Test
  void talliesOfTwoLoopsAddUpOverTime() {
    Tally one = new Tally(0);
    one.succeeded(0, 1);
    one.noted("x", 2);
    Tally other = new Tally(0);
    other.succeeded(0, 1);
    other.succeeded(0, 100 * BUCKET);
    other.noted("x");
    other.failures("none", 0);
    one.add(other);
    assertThat(one.perBucket()[0]).isEqualTo(2);
    assertThat(one.perBucket()[100]).isEqualTo(1);
    assertThat(one.notes()).containsEntry("x", 3L);
    assertThat(one.errors()).isEmpty();
  }

  private static List<String> texts(Document drawing) {
    return IntStream.range(0, drawing.getElementsByTagName("title").getLength())
        .mapToObj(i -> drawing.getElementsByTagName("title").item(i).getTextContent())
        .toList();
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
