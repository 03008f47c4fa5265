package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.ReadIndexResponse;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
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
    PersistBatch batch = effects.persist();
    if (batch != null) {
      lines.add("  " + id + " writes " + batch(batch));
      for (Message message : batch.sendAfter()) {
        lines.add("    then " + message(message));
      }
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
      text.append(" term=").append(state.term()).append(" vote=").append(state.vote());
      text.append(" commit=").append(state.commit());
    }
    if (!batch.entries().isEmpty()) {
      text.append(' ').append(entries(batch.entries()));
    }
    return text.append(batch.mustSync() ? "" : " unsynced").toString();
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
          case PROPOSAL_FORWARD -> "forward " + ((ProposalForward) message).payloads().size();
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
