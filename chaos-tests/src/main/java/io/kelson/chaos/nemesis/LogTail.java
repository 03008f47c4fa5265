package io.kelson.chaos.nemesis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What a member has printed since a moment. */
record LogTail(Path file, long from) {
  private static final int MOST_WORDS = 200;

  /** Everything from now on. */
  static LogTail of(Path file) {
    try {
      return new LogTail(file, Files.exists(file) ? Files.size(file) : 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of it. */
  String text() {
    try {
      byte[] all = Files.readAllBytes(file);
      int start = (int) Math.min(from, all.length);
      return new String(all, start, all.length - start, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first line with one of these words, cut short; empty if there is none. */
  String words(String... any) {
    return text()
        .lines()
        .filter(line -> Arrays.stream(any).anyMatch(line::contains))
        .map(line -> line.length() > MOST_WORDS ? line.substring(0, MOST_WORDS) + "..." : line)
        .findFirst()
        .orElse("");
  }
}
