package io.kelson.chaos.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A cluster of real servers that faults can be done to. Members are counted from 0.
 *
 * <p>Faults come from one thread at a time; everything that only asks may be called from any. What
 * the cluster cannot do throws {@link UnsupportedOperationException}; ask {@link #missing} first.
 * {@link #close} ends every process, container and mount it made, whatever state they are in.
 */
public interface ChaosCluster extends AutoCloseable {
  /** {@code process} or {@code docker}. */
  String driver();

  /** {@code kelson} or {@code etcd}, with its version. */
  String product();

  /** How many members there are, running or not. */
  int size();

  /** Why an ability is not there, in words for the report; empty if it is. */
  Optional<String> missing(Ability ability);

  /** Where clients reach a member, as {@code host:port}; the same over its restarts. */
  String endpoint(int member);

  /** All members' endpoints. */
  List<String> endpoints();

  /** The election timeout of its members. */
  Duration electionTimeout();

  /** Starts every member and waits until all follow one leader. */
  void startAll(Duration bound);

  /** Starts a member that does not run, and returns at once. */
  void start(int member);

  /** Ends a member at once; what its kernel has of its data stays. */
  void kill(int member);

  /** Ends a member in good order. */
  void stop(int member);

  /** Stops a member's threads. */
  void pause(int member);

  /** Ends a pause. */
  void resume(int member);

  /** Whether a member's process exists; a paused one does. */
  boolean isRunning(int member);

  /** Whether a member ended though nobody here ended it: to a run that is a violation. */
  boolean endedByItself(int member);

  /** From now on that is how bytes travel from one member to another. */
  void link(int from, int to, LinkRule rule);

  /** Opens every link. */
  void openLinks();

  /** Bytes that have passed from one member to another so far. */
  long passed(int from, int to);

  /** The member that those running agree is the leader, just now; empty if they do not. */
  Optional<Integer> leader();

  /** The term as some member has it, 0 if none answers. */
  long term();

  /** A member's data directory on this machine. */
  Path dataDir(int member);

  /** Everything a member has printed. */
  Path log(int member);

  /** Waits until all members run, follow one leader and have applied what it has committed. */
  void awaitHealthy(Duration bound);

  @Override
  void close();
}
