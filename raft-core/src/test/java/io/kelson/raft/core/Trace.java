package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.ReadIndexResponse;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;

/** Effects and messages as lines of text, for scenario traces. */
final class Trace {
  private Trace() {}

  static List<String> effects(long id, Effects effects) {
    List<String> lines = new ArrayList<>();
    for (RoleChange change : effects.roleChanges()) {
      lines.add(
          "  "
              + id
              + " "
              + change.from()
              + " to "
              + change.to()
              + " term="
              + change.term()
              + " leader="
              + change.leader()
              + " because "
              + change.reason());
    }
    for (Message message : effects.send()) {
      lines.add("  " + message(message));
    }
    for (LogFetch fetch : effects.fetches()) {
      lines.add(
          "  "
              + id
              + ">"
              + fetch.to()
              + " fetch after "
              + fetch.prev()
              + " to "
              + (fetch.hi() - 1));
    }
    if (effects.activated() != null) {
      lines.add("  " + id + " acts on " + configuration(effects.activated().configuration()));
    }
    if (effects.cut() != null) {
      lines.add("  " + id + " cuts its log at " + effects.cut());
    }
    for (SnapshotRequest request : effects.snapshots()) {
      lines.add("  " + id + ">" + request.to() + " snapshot asked for");
    }
    PersistBatch batch = effects.persist();
    if (batch != null) {
      lines.add("  " + id + " writes " + batch(batch));
      for (Message message : batch.sendAfter()) {
        lines.add("    then " + message(message));
      }
    }
    if (effects.install() != null) {
      SnapshotInstall install = effects.install();
      lines.add(
          "  " + id + " installs " + install.position() + " with " + state(install.hardState()));
    }
    if (effects.committed() != null) {
      Committed committed = effects.committed();
      lines.add(
          "  "
              + id
              + " commits ["
              + committed.lo()
              + ", "
              + committed.hi()
              + ")"
              + (committed.entries().isEmpty() ? " from the log" : ""));
    }
    for (ReadReady ready : effects.readsReady()) {
      lines.add("  " + id + " read " + ready.id() + " ready at " + ready.index());
    }
    for (Rejection rejection : effects.rejections()) {
      lines.add(
          "  "
              + id
              + " refuses "
              + rejection.what()
              + " "
              + rejection.id()
              + ": "
              + rejection.reason());
    }
    return lines;
  }

  static String durable(long id, PersistBatch batch) {
    return "  " + id + " has written #" + batch.write();
  }

  private static String batch(PersistBatch batch) {
    StringBuilder text = new StringBuilder("#").append(batch.write());
    HardState state = batch.hardState();
    if (state != null) {
      text.append(' ').append(state(state));
    }
    if (!batch.entries().isEmpty()) {
      text.append(' ').append(entries(batch.entries()));
    }
    return text.append(batch.mustSync() ? "" : " unsynced").toString();
  }

  private static String state(HardState state) {
    return "term=" + state.term() + " vote=" + state.vote() + " commit=" + state.commit();
  }

  private static String configuration(Configuration configuration) {
    StringBuilder text = new StringBuilder("voters ").append(configuration.voters());
    if (configuration.isJoint()) {
      text.append(" and ").append(configuration.outgoing());
    }
    if (!configuration.learners().isEmpty()) {
      text.append(" learners ").append(configuration.learners());
    }
    if (!configuration.learnersNext().isEmpty()) {
      text.append(" later ").append(configuration.learnersNext());
    }
    return text.toString();
  }

  private static String entries(List<Entry> entries) {
    List<String> texts = new ArrayList<>();
    for (Entry entry : entries) {
      String what =
          entry.type() == EntryType.NORMAL
              ? new String(entry.data(), java.nio.charset.StandardCharsets.UTF_8)
              : entry.type().name().toLowerCase(java.util.Locale.ROOT);
      texts.add(entry.position() + ":" + what);
    }
    return texts.toString();
  }

  static String message(Message message) {
    String body =
        switch (message.kind()) {
          case VOTE_REQUEST -> {
            VoteRequest m = (VoteRequest) message;
            yield (m.preVote() ? "pre-vote?" : "vote?")
                + " last="
                + m.lastLog()
                + (m.transfer() ? " transfer" : "");
          }
          case VOTE_RESPONSE -> {
            VoteResponse m = (VoteResponse) message;
            yield (m.preVote() ? "pre-vote " : "vote ") + (m.granted() ? "granted" : "refused");
          }
          case APPEND_REQUEST -> {
            AppendRequest m = (AppendRequest) message;
            yield "append after "
                + m.prev()
                + " "
                + entries(m.entries())
                + " commit="
                + m.commit()
                + " round="
                + m.round();
          }
          case APPEND_RESPONSE -> {
            AppendResponse m = (AppendResponse) message;
            yield (m.success()
                    ? "holds " + m.matchIndex()
                    : "lacks " + m.matchIndex() + ", try " + m.hint())
                + " round="
                + m.round();
          }
          case PROPOSAL_FORWARD -> "forward " + ((ProposalForward) message).proposals().size();
          case READ_INDEX_REQUEST -> "read? " + ((ReadIndexRequest) message).context();
          case READ_INDEX_RESPONSE -> {
            ReadIndexResponse m = (ReadIndexResponse) message;
            yield "read " + m.context() + " at " + m.index();
          }
          case TIMEOUT_NOW -> "campaign now";
        };
    return message.from() + ">" + message.to() + " t" + message.term() + " " + body;
  }
}
