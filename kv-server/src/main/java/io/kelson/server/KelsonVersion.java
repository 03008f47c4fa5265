package io.kelson.server;

/** The versions Kelson goes by. */
public final class KelsonVersion {
  /** Kelson's own. */
  public static final String OWN = "0.1.0";

  /**
   * The etcd release whose API is spoken. Clients gate features on it (kube-apiserver reads it as a
   * semantic version from {@code Status.version}), so it is a real one.
   */
  public static final String ETCD_API = "3.7.1";

  /** The version a whole cluster agrees on: etcd clears the patch number there. */
  public static final String CLUSTER = "3.7.0";

  private KelsonVersion() {}

  /** What {@code --version} prints: etcd's lines first, so that scripts that cut them out go on. */
  public static String text() {
    return String.join(
        System.lineSeparator(),
        "etcd Version: " + ETCD_API,
        "Kelson Version: " + OWN,
        "Java Version: " + System.getProperty("java.version"),
        "Java OS/Arch: "
            + System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT)
            + "/"
            + System.getProperty("os.arch"));
  }
}
