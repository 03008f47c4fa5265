package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.DeleteResult;
import io.kelson.client.KeyValue;
import io.kelson.client.MemberList;
import io.kelson.client.OpResult;
import io.kelson.client.PutResult;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import java.util.List;

/** Lines for people and shell scripts: a key, then its value. */
final class SimplePrinter implements Printer {
  private final Console console;
  private final boolean hex;
  private final boolean valueOnly;

  SimplePrinter(Console console, boolean hex, boolean valueOnly) {
    this.console = console;
    this.hex = hex;
    this.valueOnly = valueOnly;
  }

  @Override
  public void reply(Reply reply) {
    console.print(reply.simple());
  }

  @Override
  public void hashes(List<EndpointHashCommand.Line> lines) {
    lines.forEach(line -> console.line(String.join(", ", Rows.hash(line))));
  }

  @Override
  public void range(RangeResult result) {
    result.kvs().forEach(kv -> keyValue(kv, valueOnly));
  }

  @Override
  public void put(PutResult result) {
    console.line("OK");
    result.prevKv().ifPresent(kv -> keyValue(kv, false));
  }

  @Override
  public void delete(DeleteResult result) {
    console.line(Long.toString(result.deleted()));
    result.prevKvs().forEach(kv -> keyValue(kv, false));
  }

  @Override
  public void txn(TxnResult result) {
    console.line(result.succeeded() ? "SUCCESS" : "FAILURE");
    for (OpResult step : result.results()) {
      console.print("\n");
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
    for (WatchEvent event : reply.events()) {
      console.line(event.type().name());
      event.prevKv().ifPresent(kv -> keyValue(kv, false));
      keyValue(event.kv(), false);
    }
  }

  private void keyValue(KeyValue kv, boolean onlyValue) {
    if (!onlyValue) {
      bytes(kv.key());
    }
    bytes(kv.value());
  }

  private void bytes(Bytes bytes) {
    if (hex) {
      console.print(GoText.hex(bytes));
    } else {
      console.print(bytes);
    }
    console.print("\n");
  }

  @Override
  public void members(MemberList members) {
    Rows.members(members).forEach(row -> console.line(String.join(", ", row)));
  }

  @Override
  public void status(List<EndpointStatusCommand.Line> lines) {
    lines.forEach(line -> console.line(String.join(", ", Rows.status(line))));
  }

  @Override
  public void health(List<EndpointHealthCommand.Line> lines) {
    for (EndpointHealthCommand.Line line : lines) {
      console.error(
          line.healthy()
              ? line.endpoint()
                  + " is healthy: successfully committed proposal: took = "
                  + GoText.duration(line.tookNanos())
              : line.endpoint() + " is unhealthy: failed to commit proposal: " + line.error());
    }
  }
}
