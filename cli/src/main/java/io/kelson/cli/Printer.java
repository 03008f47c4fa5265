package io.kelson.cli;

import io.kelson.client.DeleteResult;
import io.kelson.client.Header;
import io.kelson.client.MemberList;
import io.kelson.client.PutResult;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import java.util.List;

/** One output format. */
interface Printer {
  /** A message of a watch: events, or the notice that the server ended it. */
  record WatchReply(
      Header header, List<WatchEvent> events, long compactRevision, boolean canceled) {}

  /** Refuses, before anything is sent, if this format cannot show keys and values. */
  default void requireKeyValues() {}

  /** Refuses, before anything is sent, if this format cannot show endpoints. */
  default void requireEndpoints() {}

  /**
   * Refuses, before anything is sent, if this format cannot show a {@link Reply}.
   *
   * @param hasFields whether the fields format can
   */
  default void requireReply(boolean hasFields) {}

  void reply(Reply reply);

  void range(RangeResult result);

  void put(PutResult result);

  void delete(DeleteResult result);

  void txn(TxnResult result);

  void watch(WatchReply reply);

  void members(MemberList members);

  void status(List<EndpointStatusCommand.Line> lines);

  void hashes(List<EndpointHashCommand.Line> lines);

  void health(List<EndpointHealthCommand.Line> lines);
}
