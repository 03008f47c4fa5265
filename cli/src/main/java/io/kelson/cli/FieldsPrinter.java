package io.kelson.cli;

import io.kelson.client.DeleteResult;
import io.kelson.client.EndpointStatus;
import io.kelson.client.Header;
import io.kelson.client.KeyValue;
import io.kelson.client.Member;
import io.kelson.client.MemberList;
import io.kelson.client.OpResult;
import io.kelson.client.PutResult;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import java.util.List;

/** One line for each field: {@code "Name" : value}. */
final class FieldsPrinter implements Printer {
  private final Console console;

  FieldsPrinter(Console console) {
    this.console = console;
  }

  @Override
  public void requireReply(boolean hasFields) {
    if (!hasFields) {
      throw Printers.unsupported("fields");
    }
  }

  @Override
  public void reply(Reply reply) {
    reply.fields().accept(this);
  }

  @Override
  public void hashes(List<EndpointHashCommand.Line> lines) {
    for (EndpointHashCommand.Line line : lines) {
      header(line.hash().header());
      field("Endpoint", GoText.quoted(line.endpoint()));
      field("Hash", line.hash().hash());
      field("HashRevision", line.hash().hashRevision());
      console.print("\n");
    }
  }

  @Override
  public void range(RangeResult result) {
    header(result.header());
    result.kvs().forEach(kv -> keyValue("", kv));
    field("More", result.more());
    field("Count", result.count());
  }

  @Override
  public void put(PutResult result) {
    header(result.header());
    result.prevKv().ifPresent(kv -> keyValue("Prev", kv));
  }

  @Override
  public void delete(DeleteResult result) {
    header(result.header());
    field("Deleted", result.deleted());
    result.prevKvs().forEach(kv -> keyValue("Prev", kv));
  }

  @Override
  public void txn(TxnResult result) {
    header(result.header());
    field("Succeeded", result.succeeded());
    for (OpResult step : result.results()) {
      switch (step.kind()) {
        case RANGE -> range((RangeResult) step);
        case PUT -> put((PutResult) step);
        case DELETE -> delete((DeleteResult) step);
        case TXN -> txn((TxnResult) step);
      }
    }
  }

  @Override
  public void watch(WatchReply reply) {
    header(reply.header());
    for (WatchEvent event : reply.events()) {
      field("Type", event.type());
      event.prevKv().ifPresent(kv -> keyValue("Prev", kv));
      keyValue("", event.kv());
    }
  }

  @Override
  public void members(MemberList members) {
    header(members.header());
    for (Member member : members.members()) {
      field("ID", Long.toUnsignedString(member.id()));
      field("Name", GoText.quoted(member.name()));
      member.peerUrls().forEach(url -> field("PeerURL", GoText.quoted(url)));
      member.clientUrls().forEach(url -> field("ClientURL", GoText.quoted(url)));
      field("IsLearner", member.isLearner());
      console.print("\n");
    }
  }

  @Override
  public void status(List<EndpointStatusCommand.Line> lines) {
    for (EndpointStatusCommand.Line line : lines) {
      EndpointStatus status = line.status();
      header(status.header());
      field("Version", GoText.quoted(status.version()));
      field("StorageVersion", GoText.quoted(status.storageVersion()));
      field("DBSize", status.dbSizeBytes());
      field("DBSizeInUse", status.dbSizeInUseBytes());
      field("DBSizeQuota", status.dbSizeQuotaBytes());
      field("Leader", Long.toUnsignedString(status.leader()));
      field("IsLearner", status.isLearner());
      field("RaftIndex", Long.toUnsignedString(status.raftIndex()));
      field("RaftTerm", Long.toUnsignedString(status.raftTerm()));
      field("RaftAppliedIndex", Long.toUnsignedString(status.raftAppliedIndex()));
      field("Errors", "[" + String.join(" ", status.errors()) + "]");
      field("Endpoint", GoText.quoted(line.endpoint()));
      field("DowngradeTargetVersion", GoText.quoted(status.downgradeTargetVersion()));
      field("DowngradeEnabled", status.downgradeEnabled());
      console.print("\n");
    }
  }

  @Override
  public void health(List<EndpointHealthCommand.Line> lines) {
    for (EndpointHealthCommand.Line line : lines) {
      field("Endpoint", GoText.quoted(line.endpoint()));
      field("Health", line.healthy());
      field("Took", GoText.duration(line.tookNanos()));
      field("Error", line.error());
      console.print("\n");
    }
  }

  /** The lines of a header. */
  void header(Header header) {
    field("ClusterID", Long.toUnsignedString(header.clusterId()));
    field("MemberID", Long.toUnsignedString(header.memberId()));
    field("Revision", header.revision());
    field("RaftTerm", Long.toUnsignedString(header.raftTerm()));
  }

  private void keyValue(String prefix, KeyValue kv) {
    field(prefix + "Key", GoText.quoted(kv.key()));
    field(prefix + "CreateRevision", kv.createRevision());
    field(prefix + "ModRevision", kv.modRevision());
    field(prefix + "Version", kv.version());
    field(prefix + "Value", GoText.quoted(kv.value()));
    field(prefix + "Lease", kv.lease());
  }

  /** One line. */
  void field(String name, Object value) {
    console.line("\"" + name + "\" : " + value);
  }
}
