package io.kelson.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.WatchCancelRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchCreateRequest.FilterType;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.Event.EventType;
import io.kelson.server.mvcc.RevisionEvents;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A client that remembers what it asked and checks what it hears: ordered, unique, reliable, atomic
 * per revision, resumable, bookmarkable. Written without a look at how the hub does it.
 */
final class WatchOracle {
  /** One watch as the client knows it. */
  private static final class Watch {
    final WatchCreateRequest request;
    final List<Event> heard = new ArrayList<>();

    /** At each report of progress: how many events had been heard, and the revision reported. */
    final List<long[]> reports = new ArrayList<>();

    long createdRevision;
    long lastHeaderRevision;
    boolean inFragments;
    boolean canceled;
    long compactRevision;

    Watch(WatchCreateRequest request) {
      this.request = request;
    }

    long start() {
      long start = request.getStartRevision();
      return start == 0 ? createdRevision + 1 : start;
    }
  }

  private final WatchFixture.Client client;
  private final WatchOptions options;
  private final Random random;
  private final ArrayDeque<WatchCreateRequest> asked = new ArrayDeque<>();
  private final ArrayDeque<WatchRequest> unsent = new ArrayDeque<>();
  private final Map<Long, Watch> open = new HashMap<>();
  private final List<Watch> all = new ArrayList<>();
  private int sent;

  WatchOracle(WatchFixture.Client client, WatchOptions options, Random random) {
    this.client = client;
    this.options = options;
    this.random = random;
  }

  void create(WatchCreateRequest request) {
    send(WatchRequest.newBuilder().setCreateRequest(request).build());
  }

  void cancel() {
    long id = random.nextInt(8);
    send(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
            .build());
  }

  void askProgress() {
    client.askProgress();
    sent++;
  }

  /** As gRPC does: a request reaches the stream only when the stream has asked for one. */
  private void send(WatchRequest request) {
    unsent.add(request);
    sendWhatIsWanted();
  }

  private void sendWhatIsWanted() {
    while (!unsent.isEmpty() && sent <= client.sink().requested()) {
      WatchRequest request = unsent.poll();
      sent++;
      if (request.hasCreateRequest()) {
        asked.add(request.getCreateRequest());
      }
      client.stream().request(request);
    }
  }

  void stallOrRead() {
    listen();
    client.sink().allow(random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(4));
    client.stream().onReady();
  }

  void readOn() {
    client.sink().allow(Integer.MAX_VALUE);
    client.stream().onReady();
    listen();
  }

  private void listen() {
    for (WatchResponse response : client.sink().take()) {
      hear(response);
    }
  }

  private void hear(WatchResponse response) {
    if (response.getCreated()) {
      hearCreated(response);
    } else if (response.getWatchId() == -1) {
      assertThat(response.getEventsCount()).isZero();
      assertThat(open).as("progress of a stream without watches").isNotEmpty();
      open.values().forEach(watch -> report(watch, response));
    } else {
      Watch watch = open.get(response.getWatchId());
      assertThat(watch).as("the watch of %s", response).isNotNull();
      hear(watch, response);
    }
  }

  private void hearCreated(WatchResponse response) {
    WatchCreateRequest request = asked.remove();
    assertThat(response.getEventsCount()).isZero();
    if (response.getCanceled()) {
      assertThat(response.getWatchId()).isEqualTo(-1);
      assertThat(response.getCancelReason()).isEqualTo(expectedRefusal(request));
      return;
    }
    assertThat(expectedRefusal(request)).as("refusal of %s", request).isNull();
    if (request.getWatchId() != 0) {
      assertThat(response.getWatchId()).isEqualTo(request.getWatchId());
    }
    Watch watch = new Watch(request);
    watch.createdRevision = response.getHeader().getRevision();
    assertThat(open.put(response.getWatchId(), watch)).as("an id in use").isNull();
    all.add(watch);
  }

  private String expectedRefusal(WatchCreateRequest request) {
    if (request.getStartRevision() < 0) {
      return "etcdserver: mvcc: required revision has been compacted";
    }
    String key = request.getKey().toStringUtf8();
    String end = request.getRangeEnd().toStringUtf8();
    if (!end.isEmpty() && !end.equals("\0") && key.compareTo(end) >= 0) {
      return "mvcc: watcher range is empty";
    }
    return open.containsKey(request.getWatchId()) && request.getWatchId() != 0
        ? "mvcc: duplicate watch ID provided on the WatchStream"
        : null;
  }

  private void hear(Watch watch, WatchResponse response) {
    if (response.getCanceled()) {
      watch.canceled = true;
      watch.compactRevision = response.getCompactRevision();
      assertThat(response.getCancelReason()).isEmpty();
      assertThat(response.getEventsCount()).isZero();
      assertThat(response.getHeader().getRevision() == 0).isEqualTo(watch.compactRevision > 0);
      open.remove(response.getWatchId());
    } else if (response.getEventsCount() == 0) {
      assertThat(watch.request.getProgressNotify()).as("progress unasked").isTrue();
      report(watch, response);
    } else {
      hearEvents(watch, response);
    }
  }

  private void report(Watch watch, WatchResponse response) {
    long revision = response.getHeader().getRevision();
    assertThat(watch.inFragments).as("progress amid fragments").isFalse();
    assertThat(revision)
        .as("progress before the start")
        .isGreaterThanOrEqualTo(watch.request.getStartRevision());
    watch.reports.add(new long[] {watch.heard.size(), revision});
  }

  private void hearEvents(Watch watch, WatchResponse response) {
    long header = response.getHeader().getRevision();
    List<Event> events = response.getEventsList();
    assertThat(header).as("header goes back").isGreaterThanOrEqualTo(watch.lastHeaderRevision);
    assertThat(header).isGreaterThanOrEqualTo(revision(events.get(events.size() - 1)));
    if (!watch.heard.isEmpty() && !watch.inFragments) {
      assertThat(revision(events.get(0)))
          .as("a revision split or repeated")
          .isGreaterThan(revision(watch.heard.get(watch.heard.size() - 1)));
    }
    if (watch.request.getFragment()) {
      assertThat(events.size() == 1 || response.getSerializedSize() < options.fragmentBytes())
          .isTrue();
    } else {
      assertThat(response.getFragment()).isFalse();
    }
    assertThat(events.stream().map(WatchOracle::revision).distinct().count())
        .isLessThanOrEqualTo(options.catchUpRevisions());
    watch.inFragments = response.getFragment();
    watch.lastHeaderRevision = header;
    watch.heard.addAll(events);
  }

  /** Whatever was heard so far is the beginning of what should be heard. */
  void requireNothingWrong(List<RevisionEvents> everything) {
    listen();
    for (Watch watch : all) {
      List<Event> expected = expected(watch, everything);
      assertThat(watch.heard)
          .as("%s created at %s", watch.request, watch.createdRevision)
          .isEqualTo(expected.subList(0, Math.min(watch.heard.size(), expected.size())));
      requireReportsHold(watch, expected);
    }
  }

  /** All open watches have heard everything, and those canceled heard whole revisions. */
  void requireEverythingHeard(List<RevisionEvents> everything) {
    listen();
    assertThat(client.sink().status()).isNull();
    assertThat(asked).as("create requests not answered").isEmpty();
    requireNothingWrong(everything);
    for (Watch watch : all) {
      List<Event> expected = expected(watch, everything);
      assertThat(watch.inFragments).as("the last piece came").isFalse();
      if (!watch.canceled) {
        assertThat(watch.heard).as("%s", watch.request).hasSameSizeAs(expected);
      } else if (watch.heard.size() < expected.size()) {
        requireCanceledBetweenRevisions(watch, expected);
      }
    }
  }

  private static void requireCanceledBetweenRevisions(Watch watch, List<Event> expected) {
    long next = revision(expected.get(watch.heard.size()));
    if (!watch.heard.isEmpty()) {
      assertThat(next).isGreaterThan(revision(watch.heard.get(watch.heard.size() - 1)));
    }
    if (watch.compactRevision > 0) {
      assertThat(watch.start()).isLessThan(watch.compactRevision);
    }
  }

  /** Bookmarkable: a report of revision R comes after all events up to R and before all others. */
  private static void requireReportsHold(Watch watch, List<Event> expected) {
    for (long[] report : watch.reports) {
      long upTo = expected.stream().filter(event -> revision(event) <= report[1]).count();
      assertThat(report[0]).as("events heard before progress %s", report[1]).isEqualTo(upTo);
    }
  }

  private static List<Event> expected(Watch watch, List<RevisionEvents> everything) {
    List<Event> expected = new ArrayList<>();
    for (RevisionEvents revision : everything) {
      for (Event event : revision.events()) {
        if (revision.revision() >= watch.start() && wants(watch.request, event)) {
          expected.add(watch.request.getPrevKv() ? event : event.toBuilder().clearPrevKv().build());
        }
      }
    }
    return expected;
  }

  private static boolean wants(WatchCreateRequest request, Event event) {
    String key = event.getKv().getKey().toStringUtf8();
    String lo = request.getKey().toStringUtf8();
    String hi = request.getRangeEnd().toStringUtf8();
    boolean inRange =
        hi.isEmpty()
            ? key.equals(lo)
            : key.compareTo(lo) >= 0 && (hi.equals("\0") || key.compareTo(hi) < 0);
    FilterType against =
        event.getType() == EventType.DELETE ? FilterType.NODELETE : FilterType.NOPUT;
    return inRange && !request.getFiltersList().contains(against);
  }

  private static long revision(Event event) {
    return event.getKv().getModRevision();
  }
}
