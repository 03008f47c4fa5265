package io.kelson.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Libraries that stand between a member and the C library: libfiu, which lets calls fail, and
 * libfaketime, which shifts the wall clock. They do nothing to programs that make their own system
 * calls, such as etcd.
 */
final class Preloads {
  private static final List<String> LIBRARY_ROOTS =
      List.of("/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu");

  private final Path directory;
  private final boolean syncFaults;
  private final boolean clockFaults;

  /**
   * For the members of one cluster.
   *
   * @param directory an existing one for pipes and clock files; its path must be short, 90
   *     characters or so
   */
  Preloads(Path directory, boolean syncFaults, boolean clockFaults) {
    this.directory = directory;
    this.syncFaults = syncFaults;
    this.clockFaults = clockFaults;
  }

  /** Why syncs cannot be made to fail here. */
  static Optional<String> syncFaultsMissing() {
    if (find("fiu/fiu_run_preload.so").isEmpty() || find("fiu/fiu_posix_preload.so").isEmpty()) {
      return Optional.of("libfiu is not installed (Debian: fiu-utils)");
    }
    return Commands.run("fiu-ctrl").exitCode() == 127
        ? Optional.of("fiu-ctrl is not on the path (Debian: fiu-utils)")
        : Optional.empty();
  }

  /** Why clocks cannot be set here: tried on a program whose clock it should move. */
  static Optional<String> clockFaultsMissing(Path scratch) {
    if (find("faketime/libfaketimeMT.so.1").isEmpty()) {
      return Optional.of("libfaketime is not installed (Debian: libfaketime)");
    }
    Preloads probe = new Preloads(scratch, false, true);
    Duration ahead = Duration.ofHours(5);
    probe.setClock("probe", ahead);
    Duration seen = Duration.between(Instant.now(), probe.clock("probe"));
    return seen.minus(ahead).abs().compareTo(Duration.ofMinutes(1)) < 0
        ? Optional.empty()
        : Optional.of("libfaketime moved a clock by " + seen + " in place of " + ahead);
  }

  /** What a member has to be started with. */
  Map<String, String> variables(String member) {
    Map<String, String> variables = new HashMap<>();
    StringBuilder libraries = new StringBuilder();
    if (syncFaults) {
      libraries.append(find("fiu/fiu_run_preload.so").orElseThrow()).append(' ');
      libraries.append(find("fiu/fiu_posix_preload.so").orElseThrow()).append(' ');
      variables.put("FIU_CTRL_FIFO", pipe(member).toString());
    }
    if (clockFaults) {
      libraries.append(find("faketime/libfaketimeMT.so.1").orElseThrow());
      if (!Files.exists(clockFile(member))) {
        setClock(member, Duration.ZERO);
      }
      variables.put("FAKETIME_TIMESTAMP_FILE", clockFile(member).toString());
      variables.put("FAKETIME_NO_CACHE", "1");
      variables.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
      // Without it waits of a JVM end at once: the library then takes them for wall clock waits.
      variables.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }
    if (!libraries.isEmpty()) {
      variables.put("LD_PRELOAD", libraries.toString().strip());
    }
    return variables;
  }

  /** Lets that share of a process's syncs fail with EIO. */
  void failSyncs(String member, long pid, double chance) {
    String command =
        chance > 0
            ? "enable_random name=posix/io/sync/*,probability=" + chance + ",failinfo=5"
            : "disable name=posix/io/sync/*";
    Commands.require(
        "timeout",
        "10",
        "fiu-ctrl",
        "-f",
        pipe(member).toString(),
        "-c",
        command,
        Long.toString(pid));
  }

  /** Sets a member's wall clock, at once if it runs. */
  void setClock(String member, Duration ahead) {
    String seconds = String.format(Locale.ROOT, "%+.3f", ahead.toMillis() / 1e3);
    try {
      // Renamed into place, for it is read at every look at the clock.
      Path next = clockFile(member).resolveSibling(member + ".clock.next");
      Files.writeString(next, seconds + "\n");
      Files.move(
          next,
          clockFile(member),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The time as another program has it that is under the same clock. */
  Instant clock(String member) {
    Map<String, String> variables = variables(member);
    variables.remove("FIU_CTRL_FIFO");
    variables.put("LD_PRELOAD", find("faketime/libfaketimeMT.so.1").orElseThrow().toString());
    Commands.Result result = Commands.run(variables, List.of("date", "+%s%3N"));
    if (!result.ok()) {
      throw new IllegalStateException("date says " + result.output());
    }
    return Instant.ofEpochMilli(Long.parseLong(result.output()));
  }

  private Path pipe(String member) {
    return directory.resolve(member + ".fiu");
  }

  private Path clockFile(String member) {
    return directory.resolve(member + ".clock");
  }

  private static Optional<Path> find(String library) {
    return Stream.concat(LIBRARY_ROOTS.stream(), Stream.of("/usr/local/lib"))
        .map(root -> Path.of(root, library))
        .filter(Files::exists)
        .findFirst();
  }
}
