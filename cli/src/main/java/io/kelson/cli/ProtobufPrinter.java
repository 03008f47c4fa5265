package io.kelson.cli;

import com.google.protobuf.Message;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.MemberListResponse;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnResponse;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.client.DeleteResult;
import io.kelson.client.KeyValue;
import io.kelson.client.MemberList;
import io.kelson.client.OpResult;
import io.kelson.client.PutResult;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import java.util.List;

/** The API's own messages, one after the other without anything between. */
final class ProtobufPrinter implements Printer {
  private final Console console;

  ProtobufPrinter(Console console) {
    this.console = console;
  }

  @Override
  public void requireEndpoints() {
    throw Printers.unsupported("protobuf");
  }

  @Override
  public void status(List<EndpointStatusCommand.Line> lines) {
    requireEndpoints();
  }

  @Override
  public void health(List<EndpointHealthCommand.Line> lines) {
    requireEndpoints();
  }

  @Override
  public void hashes(List<EndpointHashCommand.Line> lines) {
    requireEndpoints();
  }

  @Override
  public void reply(Reply reply) {
    print(reply.message());
  }

  @Override
  public void range(RangeResult result) {
    print(message(result));
  }

  @Override
  public void put(PutResult result) {
    print(message(result));
  }

  @Override
  public void delete(DeleteResult result) {
    print(message(result));
  }

  @Override
  public void txn(TxnResult result) {
    print(message(result));
  }

  @Override
  public void watch(WatchReply reply) {
    WatchResponse.Builder message =
        WatchResponse.newBuilder()
            .setHeader(Messages.header(reply.header()))
            .setCompactRevision(reply.compactRevision())
            .setCanceled(reply.canceled());
    reply.events().forEach(event -> message.addEvents(message(event)));
    print(message.build());
  }

  @Override
  public void members(MemberList members) {
    MemberListResponse.Builder message =
        MemberListResponse.newBuilder().setHeader(Messages.header(members.header()));
    message.addAllMembers(Messages.members(members.members()));
    print(message.build());
  }

  private void print(Message message) {
    console.write(message.toByteArray());
  }

  private static io.kelson.api.mvcc.KeyValue message(KeyValue kv) {
    return io.kelson.api.mvcc.KeyValue.newBuilder()
        .setKey(Messages.bytes(kv.key()))
        .setCreateRevision(kv.createRevision())
        .setModRevision(kv.modRevision())
        .setVersion(kv.version())
        .setValue(Messages.bytes(kv.value()))
        .setLease(kv.lease())
        .build();
  }

  private static RangeResponse message(RangeResult result) {
    RangeResponse.Builder message =
        RangeResponse.newBuilder()
            .setHeader(Messages.header(result.header()))
            .setMore(result.more())
            .setCount(result.count());
    result.kvs().forEach(kv -> message.addKvs(message(kv)));
    return message.build();
  }

  private static PutResponse message(PutResult result) {
    PutResponse.Builder message =
        PutResponse.newBuilder().setHeader(Messages.header(result.header()));
    result.prevKv().ifPresent(kv -> message.setPrevKv(message(kv)));
    return message.build();
  }

  private static DeleteRangeResponse message(DeleteResult result) {
    DeleteRangeResponse.Builder message =
        DeleteRangeResponse.newBuilder()
            .setHeader(Messages.header(result.header()))
            .setDeleted(result.deleted());
    result.prevKvs().forEach(kv -> message.addPrevKvs(message(kv)));
    return message.build();
  }

  private static TxnResponse message(TxnResult result) {
    TxnResponse.Builder message =
        TxnResponse.newBuilder()
            .setHeader(Messages.header(result.header()))
            .setSucceeded(result.succeeded());
    result.results().forEach(step -> message.addResponses(step(step)));
    return message.build();
  }

  private static ResponseOp step(OpResult result) {
    ResponseOp.Builder message = ResponseOp.newBuilder();
    return switch (result.kind()) {
      case RANGE -> message.setResponseRange(message((RangeResult) result)).build();
      case PUT -> message.setResponsePut(message((PutResult) result)).build();
      case DELETE -> message.setResponseDeleteRange(message((DeleteResult) result)).build();
      case TXN -> message.setResponseTxn(message((TxnResult) result)).build();
    };
  }

  private static Event message(WatchEvent event) {
    Event.Builder message =
        Event.newBuilder().setTypeValue(event.type().ordinal()).setKv(message(event.kv()));
    event.prevKv().ifPresent(kv -> message.setPrevKv(message(kv)));
    return message.build();
  }
}
