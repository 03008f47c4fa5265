package io.kelson.server.up;

/**
 * Ends a server of {@code kelson up} when {@code up} itself is gone, however it went, so that no
 * orphan keeps the ports.
 */
public final class ParentWatch {
  static final String VARIABLE = "KELSON_UP_PID";

  private ParentWatch() {}

  /**
   * Watches the process named by the environment, if one is named; exits in the ordinary way once
   * it has ended.
   */
  public static void startIfAsked() {
    String pid = System.getenv(VARIABLE);
    if (pid == null) {
      return;
    }
    ProcessHandle.of(Long.parseLong(pid))
        .ifPresentOrElse(
            parent -> parent.onExit().thenRun(() -> System.exit(0)), () -> System.exit(0));
  }
}
