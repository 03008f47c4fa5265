package io.kelson.raft.log;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A directory in memory whose power can fail.
 *
 * <p>What was written but not forced, and what was created, renamed or deleted but not synced, is
 * kept apart; {@link #crash} decides with a seeded generator how much of it survives. Data survives
 * in units of 512 bytes or 4 KiB, each unit in any version it had since it was last forced; of the
 * changes of names any survive that make sense together. Every change counts as a step, and power
 * can be made to fail, or the disk to report an error, at any step. The same calls with the same
 * seed always give the same disk; there are no threads here.
 *
 * <p>Beyond what a power failure may do, durable bytes can be harmed as failing disks harm them:
 * {@link #flip}, {@link #put}, {@link #truncate}, {@link #lose}.
 */
public final class CrashableDirectory implements LogDirectory {
  /** What the disk can be told to fail at. */
  public enum Operation {
    CREATE,
    DELETE,
    RENAME,
    SYNC,
    WRITE,
    FORCE,
    READ
  }

  /** Power is gone; everything fails until {@link #crash}. */
  public static final class PowerLostException extends IOException {
    private static final long serialVersionUID = 1;

    PowerLostException() {
      super("power lost");
    }
  }

  private record Fault(Operation operation, long countdown, String message) {}

  private final List<CrashableFile> files = new ArrayList<>();
  private final List<NameChange> pendingNames = new ArrayList<>();
  private TreeMap<String, CrashableFile> names = new TreeMap<>();
  private TreeMap<String, CrashableFile> durableNames = new TreeMap<>();
  private long steps;
  private long powerLossStep = Long.MAX_VALUE;
  private long forces;
  private Fault fault;
  private int life;
  private boolean powerLost;
  private boolean full;
  private boolean claimsRoom;

  /** How many changes have been made: writes, forces, creations, renames, deletions, syncs. */
  public synchronized long steps() {
    return steps;
  }

  /** How many times data has been forced. */
  public synchronized long forces() {
    return forces;
  }

  /** Lets the power fail in the middle of a step, counted from now: 1 is the next one. */
  public synchronized void losePowerAtStep(long stepsFromNow) {
    powerLossStep = steps + stepsFromNow;
  }

  /** Takes the power away now. */
  public synchronized void losePower() {
    powerLost = true;
  }

  public synchronized boolean powerLost() {
    return powerLost;
  }

  /**
   * Lets an operation fail once.
   *
   * @param nth which one from now, from 1
   * @param message what the error says, such as "No space left on device"
   */
  public synchronized void failAt(Operation operation, long nth, String message) {
    fault = new Fault(operation, nth, message);
  }

  /**
   * From now on no file can grow, as on a full disk; what is there can be written over.
   *
   * @param claims whether the disk says all the same that there is room, as with a quota
   */
  public synchronized void fill(boolean claims) {
    full = true;
    claimsRoom = claims;
  }

  /** There is room again. */
  public synchronized void makeRoom() {
    full = false;
  }

  /** Whether the failure that was asked for is still to come. */
  public synchronized boolean failurePending() {
    return fault != null;
  }

  /**
   * Power fails, if it has not yet, and comes back: settles what survives. Files opened before are
   * unusable afterwards.
   */
  public synchronized void crash(RandomGenerator random) {
    keepSomeNames(random);
    names = new TreeMap<>(durableNames);
    pendingNames.clear();
    for (CrashableFile file : files) {
      file.crash(random);
    }
    files.retainAll(names.values());
    life++;
    powerLost = false;
    powerLossStep = Long.MAX_VALUE;
    fault = null;
  }

  /** In order up to some change, as a journal keeps them, or any that do not need a lost one. */
  private void keepSomeNames(RandomGenerator random) {
    int mode = random.nextInt(4);
    int inOrder =
        switch (mode) {
          case 0 -> pendingNames.size();
          case 1 -> random.nextInt(pendingNames.size() + 1);
          default -> 0;
        };
    pendingNames.subList(0, inOrder).forEach(change -> change.apply(durableNames));
    if (mode == 2) {
      for (NameChange change : pendingNames) {
        if (random.nextBoolean() && change.fits(durableNames)) {
          change.apply(durableNames);
        }
      }
    }
  }

  /** The process dies and the machine lives on: all that was written is there, forced or not. */
  public synchronized void killProcess() {
    life++;
    powerLost = false;
    powerLossStep = Long.MAX_VALUE;
    fault = null;
  }

  /** Another disk with the same files, all of them durable. */
  public synchronized CrashableDirectory copy() {
    CrashableDirectory copy = new CrashableDirectory();
    for (Map.Entry<String, CrashableFile> entry : names.entrySet()) {
      CrashableFile file = entry.getValue().durableCopy();
      copy.files.add(file);
      copy.names.put(entry.getKey(), file);
      copy.durableNames.put(entry.getKey(), file);
    }
    return copy;
  }

  /** Turns bits of one byte over, durably. */
  public synchronized void flip(String name, long offset, int mask) {
    names.get(name).flip((int) offset, mask);
  }

  /** Lets durable bytes have become others, as by a write that went astray. */
  public synchronized void put(String name, long offset, byte[] bytes) {
    names.get(name).put((int) offset, bytes);
  }

  /** Takes the end of a file away, durably. */
  public synchronized void truncate(String name, long sizeBytes) {
    names.get(name).truncate((int) sizeBytes);
  }

  /** Takes a name away, durably; who has the file open does not notice. */
  public synchronized void lose(String name) {
    names.remove(name);
    durableNames.remove(name);
    pendingNames.removeIf(change -> name.equals(change.to()) || name.equals(change.from()));
  }

  /** Whether a reader finds a file of this name. */
  public synchronized boolean shows(String name) {
    return names.containsKey(name);
  }

  /** The names that a power failure leaves in any case, in order. */
  public synchronized List<String> durableNames() {
    return List.copyOf(durableNames.keySet());
  }

  /** What of a file a power failure leaves in any case. */
  public synchronized byte[] durableContent(String name) {
    return durableNames.get(name).durableContent();
  }

  /** What a file holds, as a reader sees it. */
  public synchronized byte[] content(String name) {
    return names.get(name).content();
  }

  @Override
  public synchronized List<String> list() throws IOException {
    requirePower();
    return List.copyOf(names.keySet());
  }

  @Override
  public synchronized LogFile create(String name) throws IOException {
    before(Operation.CREATE);
    if (names.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    requireRoom(full && !claimsRoom);
    CrashableFile file = new CrashableFile();
    files.add(file);
    change(new NameChange(null, name, file));
    after();
    return new Handle(file);
  }

  @Override
  public synchronized LogFile open(String name) throws IOException {
    requirePower();
    return new Handle(find(name));
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    before(Operation.DELETE);
    find(name);
    change(new NameChange(name, null, null));
    after();
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    before(Operation.RENAME);
    if (names.containsKey(to)) {
      throw new FileAlreadyExistsException(to);
    }
    change(new NameChange(from, to, find(from)));
    after();
  }

  @Override
  public synchronized void sync() throws IOException {
    before(Operation.SYNC);
    requirePowerDuringStep();
    pendingNames.forEach(change -> change.apply(durableNames));
    pendingNames.clear();
  }

  private static void requireRoom(boolean isFull) throws IOException {
    if (isFull) {
      throw new IOException("No space left on device");
    }
  }

  @Override
  public synchronized long usableBytes() {
    return full && !claimsRoom ? 0 : Long.MAX_VALUE;
  }

  @Override
  public String describe() {
    return "the disk in memory";
  }

  private CrashableFile find(String name) throws IOException {
    CrashableFile file = names.get(name);
    if (file == null) {
      throw new FileNotFoundException(name);
    }
    return file;
  }

  private void change(NameChange change) {
    change.apply(names);
    pendingNames.add(change);
  }

  private void before(Operation operation) throws IOException {
    requirePower();
    steps++;
    maybeFail(operation);
  }

  /** Power may fail after a change has been taken and before anybody is told. */
  private void after() throws IOException {
    if (steps >= powerLossStep) {
      powerLost = true;
    }
    requirePower();
  }

  private void requirePowerDuringStep() throws IOException {
    after();
  }

  private void requirePower() throws IOException {
    if (powerLost) {
      throw new PowerLostException();
    }
  }

  private void maybeFail(Operation operation) throws IOException {
    if (fault == null || fault.operation() != operation) {
      return;
    }
    if (fault.countdown() > 1) {
      fault = new Fault(operation, fault.countdown() - 1, fault.message());
      return;
    }
    String message = fault.message();
    fault = null;
    throw new IOException(message);
  }

  /** A name that came, went or was replaced, in one atomic change. */
  private record NameChange(String from, String to, CrashableFile file) {
    /** Whether it can be made though changes before it were lost. */
    boolean fits(TreeMap<String, CrashableFile> names) {
      boolean found = from == null || names.containsKey(from);
      boolean same = from == null || to == null || names.get(from) == file;
      return found && same && (to == null || !names.containsKey(to));
    }

    void apply(TreeMap<String, CrashableFile> names) {
      if (from != null) {
        names.remove(from);
      }
      if (to != null) {
        names.put(to, file);
      }
    }
  }

  /** An open file; useless after the power failed. */
  private final class Handle implements LogFile {
    private final CrashableFile file;
    private final int bornIn = life;
    private boolean closed;

    Handle(CrashableFile file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      synchronized (CrashableDirectory.this) {
        requireOpen();
        try {
          before(Operation.WRITE);
          requireRoom(full && position + source.remaining() > file.size());
        } catch (PowerLostException e) {
          throw e;
        } catch (IOException e) {
          // A failed write may have done part of its work.
          ByteBuffer half = source.duplicate().limit(source.position() + source.remaining() / 2);
          file.write(half, (int) position);
          throw e;
        }
        file.write(source, (int) position);
        after();
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      synchronized (CrashableDirectory.this) {
        requireOpen();
        requirePower();
        maybeFail(Operation.READ);
        return file.read(target, position);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (CrashableDirectory.this) {
        requireOpen();
        try {
          before(Operation.FORCE);
        } catch (PowerLostException e) {
          throw e;
        } catch (IOException e) {
          file.forget();
          throw e;
        }
        requirePowerDuringStep();
        forces++;
        file.force();
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (CrashableDirectory.this) {
        requireOpen();
        requirePower();
        return file.size();
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    private void requireOpen() {
      if (closed || bornIn != life) {
        throw new IllegalStateException("a file is used after it was closed or the power failed");
      }
    }
  }
}
