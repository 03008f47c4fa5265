package io.kelson.cli;

import io.kelson.client.DeleteResult;
import io.kelson.client.EndpointStatus;
import io.kelson.client.HashResult;
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
import java.util.function.Consumer;

/** One line of JSON for each reply, field by field what etcdctl writes. */
final class JsonPrinter implements Printer {
  private final Console console;
  private final boolean hex;

  JsonPrinter(Console console, boolean hex) {
    this.console = console;
    this.hex = hex;
  }

  @Override
  public void reply(Reply reply) {
    print(reply.json() == null ? MessageJson.fields(reply.message()) : reply.json());
  }

  @Override
  public void hashes(List<EndpointHashCommand.Line> lines) {
    console.line(
        Json.list(
            lines,
            (json, line) ->
                json.string("Endpoint", line.endpoint())
                    .object("HashKV", hash -> hash(hash, line.hash()))));
  }

  private static void hash(Json json, HashResult hash) {
    json.object("header", header -> header(header, hash.header()))
        .maybe("hash", hash.hash())
        .maybe("compact_revision", hash.compactRevision())
        .maybe("hash_revision", hash.hashRevision());
  }

  @Override
  public void range(RangeResult result) {
    print(json -> range(json, result));
  }

  @Override
  public void put(PutResult result) {
    print(json -> put(json, result));
  }

  @Override
  public void delete(DeleteResult result) {
    print(json -> delete(json, result));
  }

  @Override
  public void txn(TxnResult result) {
    print(json -> txn(json, result));
  }

  @Override
  public void watch(WatchReply reply) {
    print(
        json ->
            json.object("Header", header -> header(header, reply.header()))
                .list("Events", reply.events(), JsonPrinter::event)
                .raw("CompactRevision", reply.compactRevision())
                .raw("Canceled", reply.canceled())
                .raw("Created", false));
  }

  @Override
  public void members(MemberList members) {
    print(
        json ->
            json.hexIds(hex)
                .object("header", header -> header(header, members.header()))
                .maybeList("members", members.members(), JsonPrinter::member));
  }

  @Override
  public void status(List<EndpointStatusCommand.Line> lines) {
    console.line(
        Json.list(
            lines,
            (json, line) ->
                json.string("Endpoint", line.endpoint())
                    .object("Status", status -> status(status, line.status()))));
  }

  @Override
  public void health(List<EndpointHealthCommand.Line> lines) {
    console.line(
        Json.list(
            lines,
            (json, line) ->
                json.string("endpoint", line.endpoint())
                    .raw("health", line.healthy())
                    .string("took", GoText.duration(line.tookNanos()))
                    .maybe("error", line.error())));
  }

  private void print(Consumer<Json> fields) {
    console.line(Json.object(fields));
  }

  /** The fields of a header. */
  static void header(Json json, Header header) {
    json.maybeId("cluster_id", header.clusterId())
        .maybeId("member_id", header.memberId())
        .maybe("revision", header.revision())
        .maybeUnsigned("raft_term", header.raftTerm());
  }

  private static void keyValue(Json json, KeyValue kv) {
    json.maybe("key", kv.key())
        .maybe("create_revision", kv.createRevision())
        .maybe("mod_revision", kv.modRevision())
        .maybe("version", kv.version())
        .maybe("value", kv.value())
        .maybe("lease", kv.lease());
  }

  private static void range(Json json, RangeResult result) {
    json.object("header", header -> header(header, result.header()))
        .maybeList("kvs", result.kvs(), JsonPrinter::keyValue)
        .maybe("more", result.more())
        .maybe("count", result.count());
  }

  private static void put(Json json, PutResult result) {
    json.object("header", header -> header(header, result.header()));
    result.prevKv().ifPresent(kv -> json.object("prev_kv", prev -> keyValue(prev, kv)));
  }

  private static void delete(Json json, DeleteResult result) {
    json.object("header", header -> header(header, result.header()))
        .maybe("deleted", result.deleted())
        .maybeList("prev_kvs", result.prevKvs(), JsonPrinter::keyValue);
  }

  private static void txn(Json json, TxnResult result) {
    json.object("header", header -> header(header, result.header()))
        .maybe("succeeded", result.succeeded())
        .maybeList(
            "responses",
            result.results(),
            (step, reply) -> step.object("Response", inner -> step(inner, reply)));
  }

  private static void step(Json json, OpResult result) {
    switch (result.kind()) {
      case RANGE -> json.object("ResponseRange", inner -> range(inner, (RangeResult) result));
      case PUT -> json.object("ResponsePut", inner -> put(inner, (PutResult) result));
      case DELETE ->
          json.object("ResponseDeleteRange", inner -> delete(inner, (DeleteResult) result));
      case TXN -> json.object("ResponseTxn", inner -> txn(inner, (TxnResult) result));
    }
  }

  private static void event(Json json, WatchEvent event) {
    json.maybe("type", event.type().ordinal()).object("kv", kv -> keyValue(kv, event.kv()));
    event.prevKv().ifPresent(prev -> json.object("prev_kv", kv -> keyValue(kv, prev)));
  }

  private static void member(Json json, Member member) {
    json.maybeId("ID", member.id())
        .maybe("name", member.name())
        .maybeStrings("peerURLs", member.peerUrls())
        .maybeStrings("clientURLs", member.clientUrls())
        .maybe("isLearner", member.isLearner());
  }

  private static void status(Json json, EndpointStatus status) {
    json.object("header", header -> header(header, status.header()))
        .maybe("version", status.version())
        .maybe("dbSize", status.dbSizeBytes())
        .maybeUnsigned("leader", status.leader())
        .maybeUnsigned("raftIndex", status.raftIndex())
        .maybeUnsigned("raftTerm", status.raftTerm())
        .maybeUnsigned("raftAppliedIndex", status.raftAppliedIndex())
        .maybeStrings("errors", status.errors())
        .maybe("dbSizeInUse", status.dbSizeInUseBytes())
        .maybe("isLearner", status.isLearner())
        .maybe("storageVersion", status.storageVersion())
        .maybe("dbSizeQuota", status.dbSizeQuotaBytes());
    if (status.downgradeEnabled() || !status.downgradeTargetVersion().isEmpty()) {
      json.object(
          "downgradeInfo",
          info ->
              info.maybe("enabled", status.downgradeEnabled())
                  .maybe("targetVersion", status.downgradeTargetVersion()));
    }
  }
}
