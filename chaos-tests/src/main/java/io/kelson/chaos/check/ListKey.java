package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One list and everything that was read of and written to it: recovers the order of its elements.
 *
 * <p>The longest list that was seen gives the order; every other one must be a prefix of it. For
 * one thread.
 */
final class ListKey {
  /** A list that a transaction saw. */
  record Seen(int node, String text) {}

  /** A list that a transaction wrote, or may have. */
  record Written(int node, String text, boolean effective) {}

  private final Bytes key;
  private final List<Seen> seen = new ArrayList<>();
  private final List<Written> written = new ArrayList<>();
  private final Map<String, Integer> writers = new HashMap<>();
  private final Map<String, Integer> lengths = new HashMap<>();
  private final Set<String> aborted = new HashSet<>();
  private String initial = "";
  private String longest = "";
  private List<String> order = List.of();

  ListKey(Bytes key) {
    this.key = key;
  }

  Bytes key() {
    return key;
  }

  void begin(String text) {
    initial = text;
  }

  void saw(int node, String text) {
    seen.add(new Seen(node, text));
  }

  void wrote(int node, String text, boolean effective) {
    written.add(new Written(node, text, effective));
  }

  List<Seen> seen() {
    return seen;
  }

  List<Written> written() {
    return written;
  }

  /** The elements in their order. */
  List<String> order() {
    return order;
  }

  /** Who appended an element; -1 for those that were there at the beginning, null for nobody. */
  Integer writer(String element) {
    return writers.get(element);
  }

  /** How many elements a list has; -1 if it is no prefix of the order. */
  int length(String text) {
    return lengths.getOrDefault(text, -1);
  }

  /** Recovers order and writers and reports what does not fit together. */
  void recover(Findings findings) {
    findWriters();
    longest = initial;
    for (Seen list : seen) {
      longest = list.text().length() > longest.length() ? list.text() : longest;
    }
    order = elements(longest);
    indexPrefixes();
    if (new HashSet<>(order).size() != order.size()) {
      findings.add("duplicate: an element comes twice in %s=%s".formatted(key, shown(longest)));
    }
    for (String element : order) {
      if (!writers.containsKey(element)) {
        findings.add(
            "%s: element %s of key %s"
                .formatted(
                    aborted.contains(element)
                        ? "G1a: read though its append failed"
                        : "phantom: read though nobody appended it",
                    element,
                    key));
      }
    }
    reportDiverging(findings);
  }

  /** An element is appended by whoever wrote the shortest list that holds it. */
  private void findWriters() {
    for (String element : elements(initial)) {
      writers.put(element, -1);
    }
    List<Written> byLength = new ArrayList<>(written);
    byLength.sort(Comparator.comparingInt(list -> list.text().length()));
    for (Written list : byLength) {
      if (list.effective()) {
        appended(list);
      } else {
        aborted.add(list.text().substring(list.text().lastIndexOf(',') + 1));
      }
    }
  }

  /** What is new is at the end: going backwards stops at the first element that is known. */
  private void appended(Written list) {
    int end = list.text().length();
    while (end > 0) {
      int comma = list.text().lastIndexOf(',', end - 1);
      if (writers.putIfAbsent(list.text().substring(comma + 1, end), list.node()) != null) {
        return;
      }
      end = comma;
    }
  }

  private void indexPrefixes() {
    Set<String> texts = new HashSet<>();
    seen.forEach(list -> texts.add(list.text()));
    written.forEach(list -> texts.add(list.text()));
    Map<Integer, Integer> byOffset = new HashMap<>();
    byOffset.put(0, 0);
    int offset = -1;
    for (int i = 0; i < order.size(); i++) {
      offset += order.get(i).length() + 1;
      byOffset.put(offset, i + 1);
    }
    for (String text : texts) {
      Integer length = byOffset.get(text.length());
      if (length != null && longest.startsWith(text)) {
        lengths.put(text, length);
      }
    }
  }

  private void reportDiverging(Findings findings) {
    Map<String, String> reported = new LinkedHashMap<>();
    for (Seen list : seen) {
      if (length(list.text()) < 0 && reported.putIfAbsent(list.text(), "") == null) {
        boolean twice = new HashSet<>(elements(list.text())).size() < elements(list.text()).size();
        findings.add(
            "%s: %s=%s was seen, and %s"
                .formatted(
                    twice ? "duplicate" : "lost append", key, shown(list.text()), shown(longest)));
      }
    }
  }

  static List<String> elements(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
  }

  private static String shown(String text) {
    return text.length() <= 120
        ? "[" + text + "]"
        : "[..." + text.substring(text.length() - 120) + "]";
  }
}
