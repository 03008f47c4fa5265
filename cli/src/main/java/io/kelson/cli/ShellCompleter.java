package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import java.util.List;
import java.util.Set;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes commands, flags and the keys of the cluster. */
final class ShellCompleter implements Completer {
  private static final int MOST_KEYS = 200;
  private static final Set<String> WITH_KEYS = Set.of("get", "put", "del", "watch");

  private final Session session;
  private KelsonClient client;

  ShellCompleter(Session session) {
    this.session = session;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    List<String> before = line.words().subList(0, line.wordIndex());
    String word = line.word().substring(0, line.wordCursor());
    Command command = command(before);
    if (command == null) {
      names(before, candidates);
    } else if (word.startsWith("-")) {
      command.form().flags().forEach(flag -> candidates.add(flag(flag)));
      Globals.FLAGS.forEach(flag -> candidates.add(flag(flag)));
    } else if (WITH_KEYS.contains(before.get(0))) {
      keys(word, candidates);
    }
  }

  private static Command command(List<String> before) {
    if (before.isEmpty()) {
      return null;
    }
    Command single = Commands.named(before.get(0));
    return single != null || before.size() < 2
        ? single
        : Commands.named(before.get(0) + " " + before.get(1));
  }

  private static void names(List<String> before, List<Candidate> candidates) {
    String group = before.isEmpty() ? "" : before.get(0) + " ";
    for (String name : Commands.names()) {
      if (name.startsWith(group)) {
        candidates.add(new Candidate(name.substring(group.length()).split(" ")[0]));
      }
    }
  }

  private static Candidate flag(Command.Flag flag) {
    boolean hasValue = !flag.parameter().isEmpty();
    String text = "--" + flag.name() + (hasValue ? "=" : "");
    return new Candidate(text, text, null, flag.meaning(), null, null, !hasValue);
  }

  private void keys(String word, List<Candidate> candidates) {
    Bytes prefix = Bytes.utf8(word);
    Bytes end = prefix.isEmpty() ? Bytes.ZERO : prefix.prefixEnd();
    RangeOp op =
        RangeOp.builder(prefix.isEmpty() ? Bytes.ZERO : prefix)
            .rangeEnd(end)
            .limit(MOST_KEYS)
            .keysOnly(true)
            .serializable(true)
            .build();
    try {
      if (client == null) {
        client = session.client();
      }
      for (KeyValue kv : client.range(op).kvs()) {
        String key = kv.key().utf8();
        if (GoText.quoted(kv.key()).equals('"' + key + '"') && key.matches("[^\\s'\\\\]+")) {
          // Without a blank behind it: the key may be the beginning of others.
          candidates.add(new Candidate(key, key, null, null, null, null, false));
        }
      }
    } catch (EtcdException | CliException e) {
      // Nothing to offer.
    }
  }
}
