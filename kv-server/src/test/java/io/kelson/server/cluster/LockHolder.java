package io.kelson.server.cluster;

import java.nio.file.Path;

/** A process that takes a data directory, says so, and keeps it until its input ends. */
final class LockHolder {
  private LockHolder() {}

  public static void main(String[] args) throws Exception {
    try (DataDirectory directory = DataDirectory.open(Path.of(args[0]))) {
      System.out.println("holding " + directory.path());
      while (System.in.read() >= 0) {
        continue;
      }
    }
  }
}
