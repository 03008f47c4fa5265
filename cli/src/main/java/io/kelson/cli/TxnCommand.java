package io.kelson.cli;

import io.kelson.client.Compare;
import io.kelson.client.Op;
import io.kelson.client.TxnOp;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** {@code txn}: reads conditions and two lists of requests from standard input, and runs them. */
final class TxnCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("txn"),
        "",
        "Runs a transaction read from standard input: conditions, an empty line, what to do when all"
            + " of them hold, an empty line, what to do otherwise, an empty line.",
        List.of(new Flag("interactive", "i", "", "prompt for each part")),
        List.of(
            "printf 'mod(\"color\") > \"0\"\\n\\nput color red\\n\\nput color blue\\n\\n'"
                + " | kelsonctl txn",
            "",
            "A condition is  target(\"key\") relation \"value\"  with one of the targets",
            "ver, create, mod, value, lease (in hexadecimal) and one of = != < >;",
            "a request is a line of get, put or del with its flags."));
  }

  @Override
  public void run(Flags flags, Session session) {
    if (!flags.arguments().isEmpty()) {
      throw CliException.badArgs("txn command does not accept argument");
    }
    Printer printer = Printers.of(session, false);
    printer.requireKeyValues();
    boolean interactive = flags.isSet("interactive");
    Console console = session.console();
    prompt(console, interactive, "compares:");
    List<Compare> compares = block(console).stream().map(CompareLine::parse).toList();
    prompt(console, interactive, "success requests (get, put, del):");
    List<Op> success = block(console).stream().map(TxnCommand::request).toList();
    prompt(console, interactive, "failure requests (get, put, del):");
    List<Op> failure = block(console).stream().map(TxnCommand::request).toList();
    printer.txn(session.client().txn(new TxnOp(compares, success, failure)));
  }

  private static void prompt(Console console, boolean interactive, String text) {
    if (interactive) {
      console.line(text).flush();
    }
  }

  /** The lines up to an empty one. */
  private static List<String> block(Console console) {
    List<String> lines = new ArrayList<>();
    for (String line = console.readLine(); line != null; line = console.readLine()) {
      if (line.isEmpty()) {
        return lines;
      }
      lines.add(line);
    }
    throw CliException.invalidInput("EOF");
  }

  static Op request(String line) {
    List<String> words = Words.of(line);
    if (words.size() < 2) {
      throw CliException.invalidInput("invalid txn compare request: " + ByteText.readable(line));
    }
    List<String> arguments = words.subList(1, words.size());
    try {
      return switch (words.get(0)) {
        case "get" -> GetCommand.op(CommandLines.parseInner(new GetCommand(), arguments));
        case "put" ->
            PutCommand.op(
                CommandLines.parseInner(new PutCommand(), arguments),
                InputStream.nullInputStream());
        case "del" -> DelCommand.op(CommandLines.parseInner(new DelCommand(), arguments));
        default -> throw invalid(line);
      };
    } catch (UsageException e) {
      throw invalid(line);
    }
  }

  private static CliException invalid(String line) {
    return CliException.invalidInput("invalid txn request: " + ByteText.readable(line));
  }
}
