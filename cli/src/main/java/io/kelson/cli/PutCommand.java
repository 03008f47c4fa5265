package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.PutOp;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** {@code put}: writes a key. */
final class PutCommand implements Command {
  private static final String NEEDS =
      "put command needs 1 argument and input from stdin or 2 arguments";

  @Override
  public Form form() {
    return new Form(
        List.of("put"),
        "<key> [value]",
        "Puts the given key into the store; without a value it is read from standard input.",
        List.of(
            Flag.value("lease", "id", "the lease to hang the key on, in hexadecimal"),
            Flag.toggle("prev-kv", "print what was there before"),
            Flag.toggle("ignore-value", "keep the value the key has"),
            Flag.toggle("ignore-lease", "keep the lease the key has")),
        List.of(
            "kelsonctl put color blue             one key",
            "kelsonctl put config < settings.yml  a file as value",
            "kelsonctl put delta -- -3            a value that begins with a dash",
            "kelsonctl put color red --prev-kv    and print what was there before"));
  }

  @Override
  public void run(Flags flags, Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireKeyValues();
    PutOp op = op(flags, session.console().in());
    printer.put(session.client().put(op));
  }

  /** The request that flags and arguments ask for; the same inside txn. */
  static PutOp op(Flags flags, InputStream valueSource) {
    List<String> arguments = flags.arguments();
    if (arguments.isEmpty()) {
      throw CliException.badArgs(NEEDS);
    }
    boolean ignoreValue = flags.isSet("ignore-value");
    if (ignoreValue && arguments.size() > 1) {
      throw CliException.badArgs("put command needs only 1 argument when 'ignore-value' is set");
    }
    long lease = lease(flags.text("lease", "0"));
    Bytes value = ignoreValue ? Bytes.EMPTY : value(arguments, valueSource);
    return PutOp.builder(ByteText.bytes(arguments.get(0)), value)
        .lease(lease)
        .prevKv(flags.isSet("prev-kv"))
        .ignoreValue(ignoreValue)
        .ignoreLease(flags.isSet("ignore-lease"))
        .build();
  }

  private static Bytes value(List<String> arguments, InputStream valueSource) {
    if (arguments.size() > 1) {
      return ByteText.bytes(arguments.get(1));
    }
    try {
      byte[] value = valueSource.readAllBytes();
      if (value.length == 0) {
        throw CliException.badArgs(NEEDS);
      }
      return Bytes.of(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long lease(String hex) {
    try {
      return GoText.parseHex(hex);
    } catch (IllegalArgumentException e) {
      throw CliException.badArgs("bad lease ID (" + e.getMessage() + "), expecting ID in Hex");
    }
  }
}
