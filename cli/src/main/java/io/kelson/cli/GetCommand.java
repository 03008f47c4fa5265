package io.kelson.cli;

import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeOp.SortOrder;
import io.kelson.client.RangeOp.SortTarget;
import io.kelson.client.RangeResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code get}: reads a key or a range of keys. */
final class GetCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("get"),
        "<key> [range_end]",
        "Gets the key or a range of keys [key, range_end).",
        List.of(
            Flag.toggle("prefix", "get every key with this prefix"),
            Flag.toggle("from-key", "get every key from this one on"),
            Flag.value("limit", "n", "at most n keys; 0 for all"),
            Flag.value("rev", "revision", "as of this revision; 0 for now"),
            Flag.value(
                "consistency", "l|s", "linearizable (l) or serializable, maybe stale (s); l"),
            Flag.value("order", "order", "ASCEND or DESCEND"),
            Flag.value("sort-by", "target", "CREATE, KEY, MODIFY, VALUE or VERSION"),
            Flag.toggle("keys-only", "leave the values out"),
            Flag.toggle("count-only", "only count"),
            Flag.toggle("print-value-only", "print values without keys (simple output only)"),
            Flag.toggle(
                "tree", "print the keys as a tree along their slashes (simple output only)"),
            Flag.toggle("stream", "have the server send many keys in chunks, as it reads them"),
            Flag.value("min-mod-rev", "revision", "leave out keys changed before"),
            Flag.value("max-mod-rev", "revision", "leave out keys changed after"),
            Flag.value("min-create-rev", "revision", "leave out keys created before"),
            Flag.value("max-create-rev", "revision", "leave out keys created after")),
        List.of(
            "kelsonctl get color                        the key color",
            "kelsonctl get --prefix app/ --keys-only    which keys begin with app/",
            "kelsonctl get --prefix app/ --tree         the same as a tree, with values",
            "kelsonctl get color --rev=7                what it was at revision 7",
            "kelsonctl get --prefix \"\" --count-only     how many keys there are",
            "kelsonctl get a b                          from a up to, not including, b"));
  }

  @Override
  public void run(Flags flags, Session session) {
    RangeOp op = op(flags);
    boolean simple = session.globals().writeOut().equals("simple");
    boolean valueOnly = flags.isSet("print-value-only");
    if (valueOnly && !simple) {
      throw CliException.badArgs("print-value-only is only for `--write-out=simple`");
    }
    boolean tree = flags.isSet("tree");
    if (tree && (!simple || valueOnly || op.countOnly())) {
      throw CliException.badArgs(
          "tree is only for `--write-out=simple`, and for keys: without print-value-only and"
              + " count-only");
    }
    Printer printer = Printers.of(session, valueOnly);
    printer.requireKeyValues();
    if (flags.isSet("stream") && simple && !tree && !op.countOnly()) {
      // What has come is shown at once, and not kept.
      session.client().rangeStream(op, kvs -> show(kvs, printer, session.console()));
      return;
    }
    RangeResult result =
        flags.isSet("stream") ? collected(session.client(), op) : session.client().range(op);
    if (op.countOnly() && simple) {
      session.console().line(Long.toString(result.count()));
    } else if (tree) {
      KeyTree.of(result.kvs()).print(session.console(), op.keysOnly());
    } else {
      printer.range(result);
    }
  }

  private static void show(List<KeyValue> kvs, Printer printer, Console console) {
    printer.range(new RangeResult(new Header(0, 0, 0, 0), kvs, true, 0));
    console.flush();
  }

  private static RangeResult collected(KelsonClient client, RangeOp op) {
    List<KeyValue> kvs = new ArrayList<>();
    RangeResult end = client.rangeStream(op, kvs::addAll);
    return new RangeResult(end.header(), kvs, end.more(), end.count());
  }

  /** The request that flags and arguments ask for; the same inside txn. */
  static RangeOp op(Flags flags) {
    KeyRange.requireOneKind(flags);
    if (flags.arguments().isEmpty()) {
      throw CliException.badArgs(
          "get command needs one argument as key and an optional argument as range_end");
    }
    boolean serializable = serializable(flags.text("consistency", "l"));
    KeyRange range = KeyRange.of(flags);
    return RangeOp.builder(range.key())
        .rangeEnd(range.rangeEnd())
        .serializable(serializable)
        .sort(target(flags.text("sort-by", "")), order(flags.text("order", "")))
        .limit(flags.number("limit"))
        .revision(flags.number("rev"))
        .keysOnly(flags.isSet("keys-only"))
        .countOnly(flags.isSet("count-only"))
        .modRevisions(flags.number("min-mod-rev"), flags.number("max-mod-rev"))
        .createRevisions(flags.number("min-create-rev"), flags.number("max-create-rev"))
        .build();
  }

  private static boolean serializable(String consistency) {
    return switch (consistency) {
      case "l" -> false;
      case "s" -> true;
      default ->
          throw CliException.badFeature(
              "unknown consistency flag " + GoText.quoted(ByteText.bytes(consistency)));
    };
  }

  private static SortOrder order(String order) {
    return switch (order.toUpperCase(Locale.ROOT)) {
      case "" -> SortOrder.NONE;
      case "ASCEND" -> SortOrder.ASCEND;
      case "DESCEND" -> SortOrder.DESCEND;
      default -> throw CliException.badFeature("bad sort order " + ByteText.readable(order));
    };
  }

  private static SortTarget target(String target) {
    return switch (target.toUpperCase(Locale.ROOT)) {
      case "", "KEY" -> SortTarget.KEY;
      case "CREATE" -> SortTarget.CREATE;
      case "MODIFY" -> SortTarget.MOD;
      case "VALUE" -> SortTarget.VALUE;
      case "VERSION" -> SortTarget.VERSION;
      default -> throw CliException.badFeature("bad sort target " + ByteText.readable(target));
    };
  }
}
