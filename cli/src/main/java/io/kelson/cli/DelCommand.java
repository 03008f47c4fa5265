package io.kelson.cli;

import io.kelson.client.DeleteOp;
import java.util.List;

/** {@code del}: deletes a key or a range of keys. */
final class DelCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("del"),
        "<key> [range_end]",
        "Removes the key or the range of keys [key, range_end); prints how many went.",
        List.of(
            Flag.toggle("prefix", "delete every key with this prefix"),
            Flag.toggle("from-key", "delete every key from this one on"),
            Flag.toggle("range", "accepted for etcdctl's sake; a range is never held up here"),
            Flag.toggle("prev-kv", "print what was deleted")),
        List.of(
            "kelsonctl del color             one key",
            "kelsonctl del --prefix app/     every key that begins with app/",
            "kelsonctl del a b --prev-kv     from a up to, not including, b; print them"));
  }

  @Override
  public void run(Flags flags, Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireKeyValues();
    printer.delete(session.client().delete(op(flags)));
  }

  /** The request that flags and arguments ask for; the same inside txn. */
  static DeleteOp op(Flags flags) {
    if (flags.arguments().isEmpty() || flags.arguments().size() > 2) {
      throw CliException.badArgs(
          "del command needs one argument as key and an optional argument as range_end");
    }
    KeyRange.requireOneKind(flags);
    KeyRange range = KeyRange.of(flags);
    return new DeleteOp(range.key(), range.rangeEnd(), flags.isSet("prev-kv"));
  }
}
