package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import java.util.List;

/** {@code diff}: which keys differ between two clusters. */
final class DiffCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("diff"),
        "<other>",
        "Compares the keys and values of this cluster with those of another; exits 1 if they"
            + " differ.",
        Destination.flags(
            Flag.value("prefix", "prefix", "only keys that begin so; default all"),
            Flag.value("rev", "revision", "this cluster as of this revision; 0 for now"),
            Flag.value("dest-rev", "revision", "the other cluster as of this revision; 0 for now"),
            Flag.toggle("keys-only", "only whether keys are there, not their values"),
            Flag.toggle("lines", "show what differs in the values, line by line")),
        List.of(
            "kelsonctl diff 10.0.1.1:2379                      - only here, + only there, ~ differs",
            "kelsonctl diff 10.0.1.1:2379 --prefix=app/ --lines    with what is different",
            "kelsonctl diff $KELSONCTL_ENDPOINTS --rev=100     what changed here since revision"
                + " 100"));
  }

  @Override
  public void run(Flags flags, Session session) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("diff takes one argument, the endpoints of the other cluster");
    }
    Bytes prefix = ByteText.bytes(flags.text("prefix", ""));
    KeyPages here = new KeyPages(session.client(), prefix, flags.number("rev"));
    KeyPages there =
        new KeyPages(
            Destination.client(flags, session, flags.arguments().get(0)),
            prefix,
            flags.number("dest-rev"));
    long different = compare(here, there, flags, session.console());
    if (different > 0) {
      throw new CliException(ExitCode.ERROR, different + " keys differ");
    }
  }

  private static long compare(KeyPages here, KeyPages there, Flags flags, Console console) {
    boolean keysOnly = flags.isSet("keys-only");
    boolean lines = flags.isSet("lines");
    long different = 0;
    KeyValue left = nextOf(here);
    KeyValue right = nextOf(there);
    try (Progress progress = Progress.of(console, "compare", "keys")) {
      while (left != null || right != null) {
        int order = left == null ? 1 : right == null ? -1 : left.key().compareTo(right.key());
        if (order < 0) {
          show(console, '-', left.key());
          different++;
        } else if (order > 0) {
          show(console, '+', right.key());
          different++;
        } else if (!keysOnly && !left.value().equals(right.value())) {
          show(console, '~', left.key());
          different++;
          if (lines) {
            values(console, left.value(), right.value());
          }
        }
        left = order <= 0 ? nextOf(here) : left;
        right = order >= 0 ? nextOf(there) : right;
        progress.now(1, Math.max(here.remaining(), there.remaining()));
      }
    }
    return different;
  }

  private static KeyValue nextOf(KeyPages keys) {
    return keys.hasNext() ? keys.next() : null;
  }

  private static void show(Console console, char sign, Bytes key) {
    boolean isColoured = console.terminal().isColoured();
    String line = sign + " " + GoText.quoted(key);
    console.line(
        switch (sign) {
          case '-' -> Colours.red(line, isColoured);
          case '+' -> Colours.green(line, isColoured);
          default -> Colours.yellow(line, isColoured);
        });
  }

  private static void values(Console console, Bytes here, Bytes there) {
    for (LineDiff.Line line : LineDiff.of(text(here), text(there))) {
      if (line.sign() != ' ') {
        console.line("    " + line.sign() + ' ' + line.text());
      }
    }
  }

  private static String text(Bytes value) {
    return Utf8.valid(value) ? value.utf8() : GoText.quoted(value);
  }
}
