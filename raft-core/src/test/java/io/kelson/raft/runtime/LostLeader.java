package io.kelson.raft.runtime;

import io.kelson.raft.core.CoreConfig;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.RoleChange;
import io.kelson.raft.log.DiskDirectory;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.transport.PeerTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Member 1 of three, which has heard of leader 2 and can send nothing to anybody. Its clock stands:
 * it starts no election.
 */
final class LostLeader implements AutoCloseable {
  private static final long TERM = 5;

  final BlockingQueue<Rejection> rejections = new LinkedBlockingQueue<>();
  final RaftNode node;
  private final BlockingQueue<RoleChange> roleChanges = new LinkedBlockingQueue<>();
  private final SegmentedLog log;
  private final Unconnected transport = new Unconnected();

  LostLeader(Path home) throws IOException {
    log = SegmentedLog.open(LogOptions.builder(DiskDirectory.open(home)).build());
    CoreConfig core = CoreConfig.defaults(1, Configuration.of(Set.of(1L, 2L, 3L)));
    node =
        RaftNode.start(
            RaftNodeOptions.defaults(core, Duration.ofHours(1), new Random(1)),
            log,
            new RecordingMachine(),
            transport,
            SnapshotShipper.NONE,
            new Listener());
  }

  /** The leader is heard of, for the last time. */
  void appears() throws InterruptedException {
    transport.handler.received(
        new Message.AppendRequest(2, 1, TERM, LogPosition.ZERO, List.of(), 0, 0));
    while (roleChanges.take().leader() != 2) {
      continue;
    }
  }

  /** Member 3 takes this one for the leader. */
  void passesOn(Proposal proposal) {
    transport.handler.received(new Message.ProposalForward(3, 1, TERM - 1, List.of(proposal)));
  }

  @Override
  public void close() throws IOException {
    node.close();
    log.close();
  }

  private final class Listener implements RaftListener {
    @Override
    public void roleChanged(RoleChange change) {
      roleChanges.add(change);
    }

    @Override
    public void proposalRejected(Rejection rejection) {
      rejections.add(rejection);
    }
  }

  private static final class Unconnected implements PeerTransport {
    private volatile Handler handler;

    @Override
    public void start(Handler newHandler) {
      handler = newHandler;
    }

    @Override
    public void send(Message message) {
      handler.notSent(message);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
