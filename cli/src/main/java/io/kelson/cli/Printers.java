package io.kelson.cli;

/** The output formats by name. */
final class Printers {
  private Printers() {}

  /** The printer that {@code --write-out} names. */
  static Printer of(Session session, boolean valueOnly) {
    Console console = session.console();
    boolean hex = session.globals().hex();
    return switch (session.globals().writeOut()) {
      case "simple" -> new SimplePrinter(console, hex, valueOnly);
      case "fields" -> new FieldsPrinter(console);
      case "json" -> new JsonPrinter(console, hex);
      case "protobuf" -> new ProtobufPrinter(console);
      case "table" -> new TablePrinter(console);
      default -> throw CliException.badFeature("unsupported output format");
    };
  }

  static CliException unsupported(String format) {
    return CliException.badFeature(format + " not supported as output format");
  }
}
