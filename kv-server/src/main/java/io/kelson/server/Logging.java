package io.kelson.server;

/** Points logback at the configuration for our own processes, before the first logger is made. */
final class Logging {
  private static final String CONFIGURATION = "logback.configurationFile";

  private Logging() {}

  /** A configuration that the user names wins. */
  static void setUp(String level) {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(CONFIGURATION, "kelson-logback.xml");
    }
    System.setProperty("kelson.log.level", level);
  }
}
