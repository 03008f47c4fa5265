package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.Compare.Relation;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a condition such as {@code mod("key") > "7"}. */
final class CompareLine {
  private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern REST = Pattern.compile("\\)\\s+(\\S+)\\s+");

  private final String line;
  private final String target;
  private String key = "";
  private String relation = "";
  private String value = "";

  private CompareLine(String line, String target) {
    this.line = line;
    this.target = target;
  }

  /** The condition on {@code line}; anything else ends the command with invalid input. */
  static Compare parse(String line) {
    int open = line.indexOf('(');
    if (open < 0) {
      throw CliException.invalidInput("malformed comparison: " + ByteText.readable(line));
    }
    CompareLine parsed = new CompareLine(line, line.substring(0, open));
    if (!parsed.scan(line.substring(open + 1))) {
      throw CliException.invalidInput(
          parsed.malformed() + "; got " + ByteText.readable(parsed.understood()));
    }
    return parsed.compare();
  }

  /** Takes in key, relation and value, as far as they are there. */
  private boolean scan(String rest) {
    try {
      Matcher quotedKey = QUOTED.matcher(rest);
      if (!quotedKey.lookingAt()) {
        return false;
      }
      key = GoText.unquoted(quotedKey.group());
      String afterKey = rest.substring(quotedKey.end());
      Matcher middle = REST.matcher(afterKey);
      if (!middle.lookingAt()) {
        return false;
      }
      relation = middle.group(1);
      Matcher quotedValue = QUOTED.matcher(afterKey.substring(middle.end()));
      if (!quotedValue.lookingAt()) {
        return false;
      }
      value = GoText.unquoted(quotedValue.group());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Compare compare() {
    Bytes subject = ByteText.bytes(key);
    return switch (target) {
      case "ver", "version" -> Compare.version(subject, relation(), number(GoText::parseDecimal));
      case "c", "create" ->
          Compare.createRevision(subject, relation(), number(GoText::parseDecimal));
      case "m", "mod" -> Compare.modRevision(subject, relation(), number(GoText::parseDecimal));
      case "val", "value" -> Compare.value(subject, relation(), ByteText.bytes(value));
      case "lease" -> Compare.lease(subject, relation(), number(GoText::parseHex));
      default ->
          throw CliException.invalidInput(
              malformed() + " (unknown target " + ByteText.readable(target) + ")");
    };
  }

  private Relation relation() {
    return switch (relation) {
      case "=" -> Relation.EQUAL;
      case "!=" -> Relation.NOT_EQUAL;
      case "<" -> Relation.LESS;
      case ">" -> Relation.GREATER;
      default ->
          throw CliException.invalidInput(
              malformed()
                  + " (unknown relation "
                  + ByteText.readable(relation)
                  + "; use one of = != < >)");
    };
  }

  private long number(ToLongFunction<String> parser) {
    try {
      return parser.applyAsLong(value);
    } catch (IllegalArgumentException e) {
      throw CliException.invalidInput("invalid txn compare request: " + ByteText.readable(line));
    }
  }

  private String malformed() {
    return "malformed comparison: " + ByteText.readable(line);
  }

  private String understood() {
    return target
        + "("
        + ByteText.ofReadable(GoText.quoted(ByteText.bytes(key)))
        + ") "
        + relation
        + " "
        + ByteText.ofReadable(GoText.quoted(ByteText.bytes(value)));
  }
}
