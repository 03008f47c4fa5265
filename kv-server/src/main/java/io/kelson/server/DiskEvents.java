package io.kelson.server;

import io.kelson.raft.log.LogFullException;
import io.kelson.server.mvcc.StoreException;
import io.kelson.server.mvcc.StoreRoom;
import io.kelson.server.rpc.DiskHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log, and to whoever asks for health, that a disk is full and that it heals; a store
 * that cannot be read ends the member.
 */
final class DiskEvents implements StoreRoom.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(DiskEvents.class);

  private final Path dataDirectory;
  private final DiskHealth health;
  private final Consumer<Boolean> storeFull;
  private final Consumer<Throwable> broken;

  /**
   * @param storeFull told when the store has no room, and when it has it again
   * @param broken told when the store cannot be read
   */
  DiskEvents(
      Path dataDirectory,
      DiskHealth health,
      Consumer<Boolean> storeFull,
      Consumer<Throwable> broken) {
    this.dataDirectory = dataDirectory;
    this.health = health;
    this.storeFull = storeFull;
    this.broken = broken;
  }

  void logFull(LogFullException cause) {
    health.logFull(true);
    warn(dataDirectory, cause.getMessage());
  }

  void logHasRoom() {
    health.logFull(false);
    LOG.info("there is room for the log on {} again; this member goes on", dataDirectory);
  }

  @Override
  public void full(Path directory, String cause) {
    health.storeFull(true);
    storeFull.accept(true);
    warn(directory, cause);
  }

  @Override
  public void room(Path directory) {
    health.storeFull(false);
    storeFull.accept(false);
    LOG.info("there is room for the store on {} again; this member goes on", directory);
  }

  /**
   * Going on would leave a member that answers some calls and fails others for ever, and may even
   * lead: its clients are better off with the others.
   */
  @Override
  public void damaged(StoreException cause) {
    broken.accept(cause);
  }

  private static void warn(Path directory, String cause) {
    LOG.warn(
        "disk full: {} ({}); free space on the disk of {}; this member hands leadership over if it"
            + " leads, and goes on by itself when there is room",
        cause,
        freeBytes(directory),
        directory);
  }

  private static String freeBytes(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace() + " bytes free";
    } catch (IOException e) {
      return "free space unknown: " + e;
    }
  }
}
