package io.kelson.cli;

import io.kelson.client.Bytes;
import java.util.List;

/**
 * The keys that a line of get or del names.
 *
 * @param key the first key
 * @param rangeEnd the end, exclusive; empty for the single key
 */
record KeyRange(Bytes key, Bytes rangeEnd) {

  /** Reads {@code key [range_end]} with {@code --prefix} or {@code --from-key}. */
  static KeyRange of(Flags flags) {
    List<String> arguments = flags.arguments();
    boolean prefix = flags.isSet("prefix");
    boolean fromKey = flags.isSet("from-key");
    Bytes key = ByteText.bytes(arguments.get(0));
    if (arguments.size() == 2) {
      if (prefix || fromKey) {
        throw CliException.badArgs(
            "too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
      }
      return new KeyRange(key, ByteText.bytes(arguments.get(1)));
    }
    if (fromKey || prefix && key.isEmpty()) {
      return new KeyRange(key.isEmpty() ? Bytes.ZERO : key, Bytes.ZERO);
    }
    return new KeyRange(key, prefix ? key.prefixEnd() : Bytes.EMPTY);
  }

  static void requireOneKind(Flags flags) {
    if (flags.isSet("prefix") && flags.isSet("from-key")) {
      throw CliException.badArgs(
          "`--prefix` and `--from-key` cannot be set at the same time, choose one");
    }
  }
}
