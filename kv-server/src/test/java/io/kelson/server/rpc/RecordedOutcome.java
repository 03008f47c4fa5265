package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import java.util.ArrayList;
import java.util.List;

/** Remembers everything it was told, in order: responses and errors. */
final class RecordedOutcome implements Outcome, LinearizableReads.Read {
  static final String READY = "ready";

  final List<Object> told = new ArrayList<>();

  @Override
  public void succeeded(MessageLite response) {
    told.add(response);
  }

  @Override
  public void ready() {
    told.add(READY);
  }

  @Override
  public void failed(EtcdError error) {
    told.add(error);
  }
}
