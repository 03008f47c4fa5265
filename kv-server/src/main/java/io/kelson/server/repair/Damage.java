package io.kelson.server.repair;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.log.DiskDirectory;
import io.kelson.raft.log.LogDamagedException;
import io.kelson.raft.log.LogInspection;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.LogOwner;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.Identity;
import io.kelson.server.mvcc.StoreException;
import io.kelson.server.mvcc.StoreInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is wrong with a data directory that a member would not start on, or must not. Reads
 * everything and changes nothing.
 */
final class Damage {
  private final DataDirectory directory;
  private final List<String> findings = new ArrayList<>();

  private Damage(DataDirectory directory) {
    this.directory = directory;
  }

  /** One sentence for each thing that is wrong; empty if nothing is. */
  static List<String> of(DataDirectory directory) {
    Damage damage = new Damage(directory);
    damage.look();
    return List.copyOf(damage.findings);
  }

  private void look() {
    if (directory.isUnderRepair()) {
      findings.add("a repair was begun and not finished");
      return;
    }
    Optional<Identity> identity = directory.maybeIdentity();
    if (identity.isEmpty()) {
      findings.add(
          "IDENTITY is missing or damaged: the directory does not say whose it is, or was wiped");
    }
    try {
      directory.joined();
    } catch (IOException e) {
      findings.add(e.getMessage());
    }
    if (directory.hasBegun()) {
      LogPosition base = identity.isPresent() ? logBase(identity.get()) : LogPosition.ZERO;
      lookAtStore(base);
    }
  }

  /** Where the log begins; the zero position if that cannot be told. */
  private LogPosition logBase(Identity identity) {
    Path log = directory.path().resolve("log");
    if (!Files.isDirectory(log)) {
      findings.add("log: the directory is missing, and with it what this member has promised");
      return LogPosition.ZERO;
    }
    try {
      LogOptions options =
          LogOptions.builder(DiskDirectory.open(log))
              .owner(new LogOwner(identity.clusterId(), identity.memberId()))
              .create(false)
              .build();
      return LogInspection.of(options).base();
    } catch (LogDamagedException e) {
      findings.add("log: segment %s, offset %d: %s".formatted(e.file(), e.offset(), e.problem()));
    } catch (IOException e) {
      findings.add("log: " + e.getMessage());
    }
    return LogPosition.ZERO;
  }

  private void lookAtStore(LogPosition logBase) {
    try {
      LogPosition applied = StoreInspection.lastApplied(directory.path());
      if (applied.index() < logBase.index()) {
        findings.add(
            "store: it holds entries up to %s, and the log begins after %s"
                .formatted(applied, logBase));
      }
    } catch (StoreException e) {
      findings.add("store: " + e.getMessage());
    }
  }
}
