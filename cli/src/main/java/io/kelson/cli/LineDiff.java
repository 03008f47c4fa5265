package io.kelson.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What differs between two texts, line by line, by their longest common subsequence. */
final class LineDiff {
  /** Above this many pairs of lines everything counts as changed: the table would get large. */
  private static final long MOST_PAIRS = 4_000_000;

  /**
   * A line of the outcome.
   *
   * @param sign {@code '-'} gone, {@code '+'} new, {@code ' '} in both
   */
  record Line(char sign, String text) {}

  private LineDiff() {}

  static List<Line> of(String before, String after) {
    List<String> old = lines(before);
    List<String> now = lines(after);
    int start = 0;
    while (start < Math.min(old.size(), now.size()) && old.get(start).equals(now.get(start))) {
      start++;
    }
    int end = 0;
    while (end < Math.min(old.size(), now.size()) - start
        && old.get(old.size() - 1 - end).equals(now.get(now.size() - 1 - end))) {
      end++;
    }
    List<Line> diff = new ArrayList<>();
    old.subList(0, start).forEach(line -> diff.add(new Line(' ', line)));
    middle(diff, old.subList(start, old.size() - end), now.subList(start, now.size() - end));
    old.subList(old.size() - end, old.size()).forEach(line -> diff.add(new Line(' ', line)));
    return diff;
  }

  private static List<String> lines(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split("\n", -1));
  }

  private static void middle(List<Line> diff, List<String> old, List<String> now) {
    boolean isLarge = (long) old.size() * now.size() > MOST_PAIRS;
    int[][] common = isLarge ? null : common(old, now);
    int i = 0;
    int j = 0;
    while (i < old.size() || j < now.size()) {
      boolean bothLeft = i < old.size() && j < now.size();
      if (bothLeft && !isLarge && old.get(i).equals(now.get(j))) {
        diff.add(new Line(' ', old.get(i++)));
        j++;
      } else if (i < old.size()
          && (isLarge || j == now.size() || common[i + 1][j] >= common[i][j + 1])) {
        diff.add(new Line('-', old.get(i++)));
      } else {
        diff.add(new Line('+', now.get(j++)));
      }
    }
  }

  /** How many lines the texts from i and from j on have in common. */
  private static int[][] common(List<String> old, List<String> now) {
    int[][] common = new int[old.size() + 1][now.size() + 1];
    for (int i = old.size() - 1; i >= 0; i--) {
      for (int j = now.size() - 1; j >= 0; j--) {
        common[i][j] =
            old.get(i).equals(now.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }
}
