package io.kelson.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/** {@code version}: this program's version and that of the API it speaks. */
final class VersionCommand implements Command {
  private static final String API_VERSION = "3.7";

  @Override
  public Form form() {
    return new Form(
        List.of("version"), "", "Prints the version of kelsonctl.", List.of(), List.of());
  }

  @Override
  public void run(Flags flags, Session session) {
    session.console().line("kelsonctl version: " + version()).line("API version: " + API_VERSION);
  }

  private static String version() {
    try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
