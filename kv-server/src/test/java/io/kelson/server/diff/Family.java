package io.kelson.server.diff;

/** Calls that are there or not there together. */
enum Family {
  KV("Range, Put, DeleteRange, Txn"),
  WATCH("Watch"),
  COMPACTION("Compact"),
  LEASE("LeaseGrant, LeaseRevoke, LeaseKeepAlive, LeaseTimeToLive, LeaseLeases"),
  RANGE_STREAM("RangeStream");

  private final String calls;

  Family(String calls) {
    this.calls = calls;
  }

  String calls() {
    return calls;
  }
}
