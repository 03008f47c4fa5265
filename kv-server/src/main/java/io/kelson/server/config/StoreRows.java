package io.kelson.server.config;

import static io.kelson.server.config.Setting.TIME;
import static io.kelson.server.config.Setting.of;

import io.kelson.server.config.Setting.Group;
import io.kelson.server.config.StorageSettings.AutoCompaction;
import java.util.List;

/** Settings about the store, and what one client may take of it. */
final class StoreRows {
  private StoreRows() {}

  static void addTo(List<Setting> rows) {
    storage(rows);
    limits(rows);
    connections(rows);
  }

  private static void storage(List<Setting> rows) {
    rows.add(
        of(
                Group.STORAGE,
                "quota-backend-bytes",
                "BYTES",
                "0",
                "size of the store above which writes are refused; 0: none but that some of the disk "
                    + "stays free; negative: none at all")
            .tooSmall("writes are refused while there is room")
            .tooLarge("the disk fills up first")
            .reads(Texts::largeNumber, (d, v) -> d.quotaBackendBytes = v)
            .build());
    rows.add(
        of(
                Group.STORAGE,
                "auto-compaction-mode",
                "periodic|revision",
                "periodic",
                "what the age of history is counted in")
            .reads(Texts.oneOf(AutoCompaction.class), (d, v) -> d.compactionMode = v)
            .build());
    rows.add(
        of(
                Group.STORAGE,
                "auto-compaction-retention",
                "HOURS|TIME|REVISIONS",
                "0",
                "how much history stays; 0: all, until a client compacts it")
            .tooSmall("clients that were away find their revisions gone")
            .tooLarge("history that nobody reads takes the disk")
            .reads(t -> t, (d, v) -> d.compactionRetention = v)
            .build());
  }

  private static void limits(List<Setting> rows) {
    rows.add(
        of(
                Group.LIMITS,
                "max-request-bytes",
                "BYTES",
                "1572864",
                "largest request, 1024 to 33554432")
            .tooSmall("honest requests are refused")
            .tooLarge("one request holds up all others, and heartbeats with them")
            .reads(Texts::wholeNumber, (d, v) -> d.server.maxRequestBytes(v))
            .build());
    rows.add(
        of(Group.LIMITS, "max-txn-ops", "COUNT", "128", "most operations in one transaction")
            .tooSmall("honest transactions are refused")
            .tooLarge("one transaction holds up applying")
            .reads(Texts::wholeNumber, (d, v) -> d.server.maxTxnOps(v))
            .build());
    rows.add(
        of(
                Group.LIMITS,
                "max-concurrent-streams",
                "COUNT",
                "100000",
                "calls under way on one connection")
            .tooSmall("busy clients wait")
            .tooLarge("one client fills the server")
            .reads(Texts::capped, (d, v) -> d.maxConcurrentStreams = v)
            .build());
    rows.add(
        of(
                Group.LIMITS,
                "max-watch-queue-bytes",
                "BYTES",
                String.valueOf(LimitSettings.DEFAULT.maxWatchQueueBytes()),
                "events that may wait for one watch stream; one that is slower goes back to reading "
                    + "history")
            .tooSmall("a short stall sends a stream back to history")
            .tooLarge("stalled clients take the memory")
            .own()
            .reads(Texts::wholeNumber, (d, v) -> d.maxWatchQueueBytes = v)
            .build());
    rows.add(
        of(
                Group.LIMITS,
                "max-logins-per-second",
                "COUNT",
                "50",
                "password checks begun in a second; more are refused")
            .tooSmall("clients that start together wait")
            .tooLarge("whoever guesses passwords takes the processor")
            .own()
            .reads(Texts::wholeNumber, (d, v) -> d.maxLoginsPerSecond = v)
            .build());
  }

  private static void connections(List<Setting> rows) {
    rows.add(
        of(
                Group.LIMITS,
                "max-connections-per-address",
                "COUNT",
                "10000",
                "connections of one address to the client port; 0: no bound")
            .tooSmall("many clients behind one address are turned away")
            .tooLarge("one host takes all file descriptors")
            .own()
            .reads(Texts::wholeNumber, (d, v) -> d.maxConnectionsPerAddress = v)
            .build());
    rows.add(
        of(
                Group.LIMITS,
                "max-header-bytes",
                "BYTES",
                "65536",
                "metadata of one call; a call with more is refused")
            .tooSmall("calls with long tokens are refused")
            .tooLarge("headers take memory before anybody knows who sends them")
            .own()
            .reads(Texts::wholeNumber, (d, v) -> d.maxHeaderBytes = v)
            .build());
    rows.add(
        of(
                Group.LIMITS,
                "handshake-timeout",
                TIME,
                "20s",
                "how long a connection may take until it speaks")
            .tooSmall("clients on slow networks are cut off")
            .tooLarge("silent connections pile up")
            .own()
            .reads(Texts::duration, (d, v) -> d.handshakeTimeout = v)
            .build());
    rows.add(
        of(
                Group.LIMITS,
                "grpc-keepalive-min-time",
                TIME,
                "1s",
                "clients that ping more often are disconnected")
            .tooSmall("pings take the processor")
            .tooLarge("honest clients are cut off: etcdctl pings every 2 s")
            .reads(Texts::duration, (d, v) -> d.keepAliveMinTime = v)
            .build());
    rows.add(
        of(
                Group.LIMITS,
                "grpc-keepalive-interval",
                TIME,
                "2h",
                "how often a silent client is pinged; 0: never")
            .tooSmall("idle connections cost traffic")
            .tooLarge("clients that are gone are noticed late")
            .reads(Texts::duration, (d, v) -> d.keepAliveInterval = v)
            .build());
    rows.add(
        of(Group.LIMITS, "grpc-keepalive-timeout", TIME, "20s", "how long it has to answer; 0: 20s")
            .tooSmall("a short stall of the network costs the connection")
            .tooLarge("clients that are gone are noticed late")
            .reads(Texts::duration, (d, v) -> d.keepAliveTimeout = v)
            .build());
  }
}
