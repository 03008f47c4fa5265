package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import java.util.List;

/** {@code copy}: writes the keys of one cluster, as of one revision, to another. */
final class CopyCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("copy"),
        "<destination>",
        "Copies keys, as of one revision, to another cluster; keys that are only there stay.",
        Destination.copyFlags(Flag.value("rev", "revision", "as of this revision; 0 for now")),
        List.of(
            "kelsonctl copy 10.0.1.1:2379                          everything",
            "kelsonctl copy 10.0.1.1:2379 --prefix=app/            only what begins with app/",
            "kelsonctl copy 10.0.1.1:2379 --prefix=app/ --dest-prefix=old/    under other names",
            "Leases are not copied: keys that hang on one stay in the other cluster for good."));
  }

  @Override
  public void run(Flags flags, Session session) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("copy takes one destination argument");
    }
    Bytes to = Destination.prefix(flags);
    Batch batch =
        new Batch(
            Destination.client(flags, session, flags.arguments().get(0)),
            Destination.maxTxnOps(flags));
    KelsonClient source = session.client();
    Bytes from = ByteText.bytes(flags.text("prefix", ""));
    KeyPages keys = new KeyPages(source, from, flags.number("rev"));
    long copied = copy(keys, from, to, batch, session.console());
    session.console().line("Copied " + copied + " keys as of revision " + keys.revision());
  }

  /** Copies what {@code keys} has; returns how many. */
  static long copy(KeyPages keys, Bytes from, Bytes to, Batch batch, Console console) {
    long copied = 0;
    try (Progress progress = Progress.of(console, "copy", "keys")) {
      while (keys.hasNext()) {
        KeyValue kv = keys.next();
        batch.put(renamed(kv.key(), from, to), kv.value());
        copied++;
        progress.now(1, keys.remaining());
      }
      batch.commit();
    }
    return copied;
  }

  /** The key with another beginning. */
  static Bytes renamed(Bytes key, Bytes from, Bytes to) {
    if (from.equals(to)) {
      return key;
    }
    byte[] whole = key.toByteArray();
    return to.concat(Bytes.of(java.util.Arrays.copyOfRange(whole, from.size(), whole.length)));
  }
}
