package io.kelson.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments as bytes, which Java does not hand out: it decodes them in the locale's character
 * set, and what does not fit is lost.
 *
 * <p>Linux keeps them in {@code /proc/self/cmdline}, each ended by a zero byte, the program's own
 * last. Elsewhere they are taken as decoded.
 */
final class RawArguments {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private RawArguments() {}

  /** The arguments of this process as byte text; {@code decoded} is what {@code main} was given. */
  static List<String> of(String[] decoded) {
    try {
      return lastOf(Files.readAllBytes(COMMAND_LINE), decoded);
    } catch (IOException e) {
      return fallback(decoded);
    }
  }

  static List<String> lastOf(byte[] commandLine, String[] decoded) {
    List<String> all = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        all.add(new String(commandLine, start, i - start, StandardCharsets.ISO_8859_1));
        start = i + 1;
      }
    }
    if (all.size() < decoded.length) {
      return fallback(decoded);
    }
    return List.copyOf(all.subList(all.size() - decoded.length, all.size()));
  }

  private static List<String> fallback(String[] decoded) {
    List<String> arguments = new ArrayList<>();
    for (String argument : decoded) {
      arguments.add(ByteText.ofReadable(argument));
    }
    return arguments;
  }
}
