package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.CompactedException;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** {@code watch}: prints changes as they come, and may run a command on each. */
final class WatchCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("watch"),
        "[key] [range_end] [-- command args...]",
        "Watches the key or the range of keys [key, range_end), and prints what changes.",
        List.of(
            Flag.toggle("prefix", "watch every key with this prefix"),
            Flag.value("rev", "revision", "begin at this revision; 0 for what comes from now on"),
            Flag.toggle("prev-kv", "print what was there before"),
            Flag.toggle(
                "diff", "print what changed in each value, line by line (simple output only)"),
            Flag.toggle("progress-notify", "print from time to time how far the server got"),
            new Flag("interactive", "i", "", "read watch and progress lines from standard input")),
        List.of(
            "kelsonctl watch color                              one key",
            "kelsonctl watch --prefix app/ --rev=1              from the beginning of history",
            "kelsonctl watch --prefix app/ --diff               only what differs",
            "kelsonctl watch color -- sh -c 'echo $ETCD_WATCH_KEY $ETCD_WATCH_EVENT_TYPE'",
            "                                                   run a command on each event"));
  }

  @Override
  public void run(Flags flags, Session session) throws InterruptedException {
    Printer printer = Printers.of(session, false);
    printer.requireKeyValues();
    if (flags.isSet("interactive")) {
      interactive(session, printer);
      return;
    }
    boolean diff = flags.isSet("diff");
    if (diff && !session.globals().writeOut().equals("simple")) {
      throw CliException.badArgs("diff is only for `--write-out=simple`");
    }
    CompletableFuture<Void> failure = new CompletableFuture<>();
    WatchOptions options = options(flags, session.environment());
    Consumer<Printer.WatchReply> shown = diff ? new WatchDiff(session.console()) : printer::watch;
    session
        .client()
        .watch(options, new Events(session.console(), shown, flags.trailing(), failure));
    try {
      failure.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CliException cause ? cause : new IllegalStateException(e);
    }
  }

  /** Opens a watch for each line until the input ends, which etcdctl calls an error. */
  private void interactive(Session session, Printer printer) {
    KelsonClient client = session.client();
    List<Watcher> watchers = new ArrayList<>();
    Console console = session.console();
    for (String line = console.readLine(); line != null; line = console.readLine()) {
      List<String> words = Words.of(line);
      String verb = words.isEmpty() ? "" : words.get(0);
      switch (verb) {
        case "progress" -> watchers.forEach(Watcher::requestProgress);
        case "watch" -> maybeOpen(line, words, session, client, printer).ifPresent(watchers::add);
        case "" -> console.error("Invalid command:  (watch and progress supported)");
        default ->
            console.error("Invalid command " + ByteText.readable(line) + " (only support watch)");
      }
    }
    throw CliException.invalidInput("Error reading watch request line: EOF");
  }

  private Optional<Watcher> maybeOpen(
      String line, List<String> words, Session session, KelsonClient client, Printer printer) {
    Console console = session.console();
    boolean keyInEnvironment = session.environment().variable("WATCH_KEY").isPresent();
    if (words.size() < 2 && !keyInEnvironment) {
      console.error(
          "Invalid command " + ByteText.readable(line) + " (command type or key is not provided)");
      return Optional.empty();
    }
    Flags flags = innerFlags(words.subList(1, words.size()));
    WatchOptions options = options(flags, session.environment());
    // A watch that ends leaves the others be: nobody waits for its failure.
    CompletableFuture<Void> failure = new CompletableFuture<>();
    return Optional.of(
        client.watch(options, new Events(console, printer::watch, flags.trailing(), failure)));
  }

  private Flags innerFlags(List<String> words) {
    int dashes = words.indexOf("--");
    try {
      Flags flags = CommandLines.parseInner(this, dashes < 0 ? words : words.subList(0, dashes));
      flags.trailing(dashes < 0 ? List.of() : words.subList(dashes + 1, words.size()));
      return flags;
    } catch (UsageException e) {
      throw CliException.badArgs(e.getMessage());
    }
  }

  private static WatchOptions options(Flags flags, Environment environment) {
    List<String> arguments = withEnvironment(flags.arguments(), environment);
    boolean prefix = flags.isSet("prefix");
    Bytes key = ByteText.bytes(arguments.get(0));
    WatchOptions.Builder options =
        WatchOptions.builder(key)
            .startRevision(flags.number("rev"))
            .prevKv(flags.isSet("prev-kv") || flags.isSet("diff"))
            .progressNotify(flags.isSet("progress-notify"));
    if (arguments.size() == 2) {
      if (prefix) {
        throw CliException.badArgs("`range_end` and `--prefix` are mutually exclusive");
      }
      options.rangeEnd(ByteText.bytes(arguments.get(1)));
    } else if (prefix) {
      options.prefix();
    }
    return options.build();
  }

  /** Key and range end may stand in variables instead, but not in both places. */
  private static List<String> withEnvironment(List<String> arguments, Environment environment) {
    Optional<String> key = environment.variable("WATCH_KEY").map(ByteText::ofReadable);
    if (key.isPresent() && !arguments.isEmpty()) {
      throw CliException.badArgs("bad number of arguments (found conflicting environment key)");
    }
    if (key.isEmpty()) {
      if (arguments.isEmpty()) {
        throw CliException.badArgs("bad number of arguments");
      }
      return arguments;
    }
    List<String> found = new ArrayList<>(List.of(key.get()));
    environment.variable("WATCH_RANGE_END").map(ByteText::ofReadable).ifPresent(found::add);
    return found;
  }

  /** Prints what one watch brings, and runs the command. */
  private static final class Events implements WatchListener {
    private final Console console;
    private final Consumer<Printer.WatchReply> shown;
    private final List<String> command;
    private final CompletableFuture<Void> failure;

    Events(
        Console console,
        Consumer<Printer.WatchReply> shown,
        List<String> command,
        CompletableFuture<Void> failure) {
      this.console = console;
      this.shown = shown;
      this.command = command;
      this.failure = failure;
    }

    @Override
    public void onEvents(WatchBatch batch) {
      print(new Printer.WatchReply(batch.header(), batch.events(), 0, false), false);
      if (command.isEmpty()) {
        return;
      }
      try {
        new WatchExec(command).run(batch);
      } catch (CliException e) {
        failure.completeExceptionally(e);
        throw e;
      }
    }

    @Override
    public void onProgress(Header header) {
      print(new Printer.WatchReply(header, List.of(), 0, false), true);
    }

    @Override
    public void onInterrupted(EtcdException cause) {
      console.error("the connection broke (" + cause.text() + "), going on");
    }

    @Override
    public void onClosed(EtcdException cause) {
      if (cause == null) {
        return;
      }
      console.error("watch was canceled (" + cause.text() + ")");
      long compacted = cause instanceof CompactedException c ? c.compactRevision() : 0;
      Header header = cause.header().orElse(new Header(0, 0, 0, 0));
      print(new Printer.WatchReply(header, List.of(), compacted, true), false);
      failure.completeExceptionally(
          new CliException(ExitCode.INTERRUPTED, "watch is canceled by the server"));
    }

    /** Whole replies only: other watches print to the same console. */
    private void print(Printer.WatchReply reply, boolean progress) {
      synchronized (console) {
        if (progress) {
          console.line("progress notify: " + reply.header().revision());
        }
        shown.accept(reply);
        console.flush();
      }
    }
  }
}
