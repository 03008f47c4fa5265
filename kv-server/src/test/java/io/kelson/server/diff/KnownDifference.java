package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseLeasesResponse;
import io.kelson.api.LeaseStatus;
import io.kelson.api.LeaseTimeToLiveResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.mvcc.Event;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The differences that are meant, one rule each. {@code docs/API-COMPATIBILITY.md} lists the same
 * ids with the reasons; {@link KnownDifferencesTest} holds the two together.
 */
enum KnownDifference {
  /** Kelson has it where etcd has lost it with the revision before the event. */
  WATCH_PREV_KV_KEPT("watch-prev-kv-kept", version -> true) {
    @Override
    Exchange settle(Exchange exchange) {
      if (exchange.etcd().message() instanceof Event theirs
          && exchange.kelson().message() instanceof Event ours
          && !theirs.hasPrevKv()
          && theirs.getKv().getModRevision() <= exchange.compacted()) {
        return exchange.withKelson(Answer.of(ours.toBuilder().clearPrevKv().build()));
      }
      return exchange;
    }
  },

  /** etcd lists them as its hash map does. */
  LEASE_KEYS_SORTED("lease-keys-sorted", version -> true) {
    @Override
    Exchange settle(Exchange exchange) {
      if (exchange.etcd().message() instanceof LeaseTimeToLiveResponse theirs) {
        List<ByteString> sorted =
            theirs.getKeysList().stream()
                .sorted(ByteString.unsignedLexicographicalComparator())
                .toList();
        return exchange.withEtcd(
            Answer.of(theirs.toBuilder().clearKeys().addAllKeys(sorted).build()));
      }
      return exchange;
    }
  },

  /** An etcd before 3.4.25 or 3.5.8 answers a progress request whatever its watchers have seen. */
  WATCH_PROGRESS_WHEN_SYNCED(
      "watch-progress-when-synced",
      version -> version.isBefore(3, 4, 25) || sinceAndBefore(version, 3, 5, 8)),

  /**
   * A watcher that is cancelled because its start is compacted stays in etcd's books until the
   * client cancels it as well: so the test has etcd's client do so.
   */
  WATCH_COMPACTED_IS_GONE("watch-compacted-is-gone", version -> true),

  /**
   * An older etcd loses a delete at the very revision of a compaction; so the test begins no watch
   * there.
   */
  WATCH_DELETE_AT_COMPACTION(
      "watch-delete-at-compaction",
      version -> version.isBefore(3, 4, 34) || sinceAndBefore(version, 3, 5, 16)),

  /** The words are gRPC's, of Go there and of Java here; the numbers are the same. */
  GRPC_MESSAGE_TOO_LARGE("grpc-message-too-large", version -> true) {
    @Override
    Exchange settle(Exchange exchange) {
      Matcher theirs = TOO_LARGE.matcher(exchange.etcd().text());
      return exchange.etcd().code() == Status.Code.RESOURCE_EXHAUSTED && theirs.matches()
          ? exchange.withEtcd(
              Answer.of(
                  Status.RESOURCE_EXHAUSTED.withDescription(
                      "gRPC message exceeds maximum size %s: %s"
                          .formatted(theirs.group(2), theirs.group(1)))))
          : exchange;
    }
  },

  /** Only the leader keeps their time; etcd's single member is always that. */
  LEASE_LIST_OF_FOLLOWER("lease-list-of-follower", version -> true) {
    @Override
    Exchange settle(Exchange exchange) {
      return exchange.ofCluster()
          ? exchange.withEtcd(sorted(exchange.etcd())).withKelson(sorted(exchange.kelson()))
          : exchange;
    }

    private Answer sorted(Answer answer) {
      if (answer.message() instanceof LeaseLeasesResponse list) {
        List<LeaseStatus> leases =
            list.getLeasesList().stream()
                .sorted(Comparator.comparingLong(LeaseStatus::getID))
                .toList();
        return answer.with(list.toBuilder().clearLeases().addAllLeases(leases).build());
      }
      return answer;
    }
  },

  /** An older etcd takes a negative start for a revision, or for a compacted one. */
  WATCH_NEGATIVE_START("watch-negative-start", version -> version.isBefore(3, 5, 0)) {
    @Override
    boolean avoids(Message request) {
      return request instanceof WatchCreateRequest create && create.getStartRevision() < 0;
    }
  },

  /** An older etcd checks all puts of a transaction before all ranges: another error is first. */
  TXN_CHECK_ORDER("txn-check-order", version -> version.isBefore(3, 6, 0)) {
    @Override
    Exchange settle(Exchange exchange) {
      boolean ofPut = isOneOf(exchange.etcd(), EtcdError.KEY_NOT_FOUND, EtcdError.LEASE_NOT_FOUND);
      boolean ofRange = isOneOf(exchange.kelson(), EtcdError.COMPACTED, EtcdError.FUTURE_REVISION);
      return exchange.request() instanceof TxnRequest && ofPut && ofRange
          ? exchange.withEtcd(exchange.kelson())
          : exchange;
    }
  },

  /**
   * A negative revision inside a transaction is a compacted one; to etcd -1 is, once it compacts.
   */
  TXN_RANGE_MINUS_ONE("txn-range-minus-one", version -> true) {
    @Override
    boolean avoids(Message request) {
      return request instanceof TxnRequest txn
          && operations(txn).anyMatch(op -> op.getRequestRange().getRevision() == -1);
    }
  },

  /** A put that keeps what an earlier delete without an end has taken makes etcd panic. */
  TXN_PUT_AFTER_DELETE("txn-put-after-delete", version -> true) {
    @Override
    boolean avoids(Message request) {
      return request instanceof TxnRequest txn
          && operations(txn)
              .anyMatch(op -> op.getRequestDeleteRange().getRangeEnd().equals(Draws.bytes(0)))
          && operations(txn)
              .map(RequestOp::getRequestPut)
              .anyMatch(put -> put.getIgnoreValue() || put.getIgnoreLease());
    }
  },

  /** Go's sort does not keep the order of equals; Kelson's does. */
  RANGE_SORT_TIES("range-sort-ties", version -> true) {
    @Override
    Exchange settle(Exchange exchange) {
      return exchange
          .withEtcd(settled(exchange.request(), exchange.etcd()))
          .withKelson(settled(exchange.request(), exchange.kelson()));
    }

    private Answer settled(Message request, Answer answer) {
      return answer.isMessage() ? answer.with(SortTies.settled(request, answer.message())) : answer;
    }
  },

  /** An older etcd does not check, and panics. */
  RANGE_UNKNOWN_SORT("range-unknown-sort", version -> version.isBefore(3, 6, 0)) {
    @Override
    boolean avoids(Message request) {
      return request instanceof RangeRequest range
          && (range.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
              || range.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED);
    }
  };

  private static final Pattern TOO_LARGE =
      Pattern.compile("grpc: received message larger than max \\((\\d+) vs\\. (\\d+)\\)");

  private final String id;
  private final Predicate<EtcdVersion> applies;

  KnownDifference(String id, Predicate<EtcdVersion> applies) {
    this.id = id;
    this.applies = applies;
  }

  private static boolean sinceAndBefore(EtcdVersion version, int major, int minor, int patch) {
    return !version.isBefore(major, minor, 0) && version.isBefore(major, minor, patch);
  }

  /** All operations of both branches, and of the transactions among them. */
  private static Stream<RequestOp> operations(TxnRequest txn) {
    return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
        .flatMap(op -> Stream.concat(Stream.of(op), operations(op.getRequestTxn())));
  }

  private static boolean isOneOf(Answer answer, EtcdError... errors) {
    return Stream.of(errors).anyMatch(error -> Answer.of(error.status()).equals(answer));
  }

  static List<KnownDifference> applyingTo(EtcdVersion version) {
    return Stream.of(values()).filter(known -> known.applies.test(version)).toList();
  }

  /** What the document calls it. */
  String id() {
    return id;
  }

  /** Whether a request cannot be made of that etcd at all, or leaves it in another state. */
  boolean avoids(Message request) {
    return false;
  }

  /** The exchange with this difference, and nothing else, taken out. */
  Exchange settle(Exchange exchange) {
    return exchange;
  }
}
