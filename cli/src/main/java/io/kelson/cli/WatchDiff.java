package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchEvent;
import java.util.function.Consumer;

/** Prints each event of a watch as the difference to the value before. */
final class WatchDiff implements Consumer<Printer.WatchReply> {
  private final Console console;
  private final boolean isColoured;

  WatchDiff(Console console) {
    this.console = console;
    this.isColoured = console.terminal().isColoured();
  }

  @Override
  public void accept(Printer.WatchReply reply) {
    reply.events().forEach(this::print);
  }

  private void print(WatchEvent event) {
    String key = GoText.quoted(event.kv().key());
    String title = event.type().name() + ' ' + key + " revision " + event.kv().modRevision();
    console.line(Colours.bold(title, isColoured));
    Bytes before = event.prevKv().map(KeyValue::value).orElse(Bytes.EMPTY);
    for (LineDiff.Line line : LineDiff.of(text(before), text(event.kv().value()))) {
      String shown = line.sign() + " " + line.text();
      console.line(
          switch (line.sign()) {
            case '-' -> Colours.red(shown, isColoured);
            case '+' -> Colours.green(shown, isColoured);
            default -> shown;
          });
    }
  }

  /** Bytes that are no text are shown quoted. */
  private static String text(Bytes value) {
    return Utf8.valid(value) ? value.utf8() : GoText.quoted(value);
  }
}
