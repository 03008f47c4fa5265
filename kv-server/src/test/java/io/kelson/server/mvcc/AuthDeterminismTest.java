package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthRoleAddRequest;
import io.kelson.api.AuthRoleGrantPermissionRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.CompactionRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.auth.Permission;
import io.kelson.raft.core.Entry;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.server.apply.Applier;
import io.kelson.server.apply.ApplyResults;
import io.kelson.server.apply.TestBed;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.AuthStore;
import io.kelson.server.auth.TokenEffect;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.proto.AuthEnabling;
import io.kelson.server.proto.AuthLogin;
import io.kelson.server.proto.AuthNewUser;
import io.kelson.server.proto.InternalRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Users, rights and what they forbid are the same on every member: however the log was cut into
 * groups, after a restart, and after a snapshot took the place of the log (etcd#14571, etcd#11651).
 */
class AuthDeterminismTest {
  private static final MvccOptions OPTIONS =
      MvccOptions.defaults(TestBed.CLUSTER).withMemtableBytes(64 * 1024);

  @TempDir Path temp;
  private final List<Member> members = new ArrayList<>();

  @AfterEach
  void close() {
    members.forEach(Member::close);
  }

  /** One member: a store with an applier, and what it answered. */
  private final class Member implements ApplyResults {
    final String name;
    final Map<Long, Object> outcomes = new TreeMap<>();
    final List<TokenEffect> tokens = new ArrayList<>();
    StoreHome home;
    AuthStore auth;
    Applier applier;

    Member(String name) throws IOException {
      this.name = name;
      open();
      members.add(this);
    }

    void open() throws IOException {
      home = StoreHome.open(temp.resolve(name), OPTIONS);
      auth = new AuthStore(home.store(), tokens::add);
      applier =
          new Applier(
              home.store(),
              TestBed.CLUSTER,
              TestBed.MEMBER,
              this,
              changes -> {},
              home::install,
              config -> {},
              changes -> {},
              auth,
              new MaintenanceStore(home.store()));
    }

    void restart() throws IOException {
      home.close();
      open();
    }

    @Override
    public boolean isWaiting(long requestId) {
      return true;
    }

    @Override
    public void succeeded(long requestId, MessageLite response) {
      outcomes.put(requestId, response);
    }

    @Override
    public void failed(long requestId, EtcdError error) {
      outcomes.put(requestId, error);
    }

    @Override
    public void flush() {}

    void close() {
      home.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void howTheLogIsCutMakesNoDifference(long seed) throws Exception {
    Random random = new Random(seed);
    List<Entry> log = new Script(random).entries(400);
    Member oneByOne = new Member("one");
    Member inGroups = new Member("groups");
    Member restarted = new Member("restarted");
    log.forEach(entry -> oneByOne.applier.apply(List.of(entry)));
    for (int from = 0; from < log.size(); ) {
      int to = Math.min(log.size(), from + 1 + random.nextInt(60));
      inGroups.applier.apply(log.subList(from, to));
      restarted.applier.apply(log.subList(from, to));
      if (random.nextInt(3) == 0) {
        restarted.restart();
      }
      from = to;
    }
    assertThat(inGroups.outcomes).isEqualTo(oneByOne.outcomes);
    assertThat(restarted.outcomes).isEqualTo(oneByOne.outcomes);
    assertThat(inGroups.tokens).isEqualTo(oneByOne.tokens);
    long hash = oneByOne.home.store().stateHash();
    assertThat(inGroups.home.store().stateHash()).isEqualTo(hash);
    assertThat(restarted.home.store().stateHash()).isEqualTo(hash);
    // Or nothing has been shown.
    assertThat(oneByOne.outcomes.values())
        .contains(EtcdError.PERMISSION_DENIED, EtcdError.AUTH_OLD_REVISION, EtcdError.USER_EMPTY);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void whoGotASnapshotGoesOnAsTheOthersDo(long seed) throws Exception {
    Random random = new Random(seed);
    List<Entry> log = new Script(random).entries(400);
    Member leader = new Member("leader");
    Member behind = new Member("behind");
    int fork = 40 + random.nextInt(100);
    int snapshotAt = fork + 50 + random.nextInt(100);
    leader.applier.apply(log.subList(0, snapshotAt));
    behind.applier.apply(log.subList(0, fork));
    var copy = leader.home.checkpoint();
    behind.tokens.clear();
    behind.applier.install(
        new ReceivedSnapshot(copy.directory(), 1, TestBed.TERM, copy.position(), copy.config()));
    assertThat(behind.tokens)
        .containsExactly(new TokenEffect(TokenEffect.Kind.DROP_ALL, null, null));
    assertSame(behind.auth.current(), leader.auth.current());
    leader.applier.apply(log.subList(snapshotAt, log.size()));
    behind.applier.apply(log.subList(snapshotAt, log.size()));
    assertSame(behind.auth.current(), leader.auth.current());
    long first = log.get(snapshotAt).index();
    assertThat(after(behind, first)).isEqualTo(after(leader, first)).isNotEmpty();
    assertThat(behind.home.store().stateHash()).isEqualTo(leader.home.store().stateHash());
  }

  @Test
  void aRefusedCommandLeavesNoTrace() throws Exception {
    Member member = new Member("one");
    List<Entry> log = new ArrayList<>();
    long index = 0;
    for (InternalRequest.Builder command : Script.enabling()) {
      log.add(TestBed.entry(++index, command));
    }
    member.applier.apply(log);
    AuthState before = member.auth.current();
    InternalRequest.Builder mutiny =
        InternalRequest.newBuilder()
            .setAuthUserGrantRole(
                AuthUserGrantRoleRequest.newBuilder().setUser("u1").setRole("root"))
            .setAuthUser("u1")
            .setAuthRevision(before.revision());
    member.applier.apply(List.of(TestBed.entry(++index, mutiny)));
    assertThat(member.outcomes.get(index)).isEqualTo(EtcdError.PERMISSION_DENIED);
    assertThat(member.auth.current()).isSameAs(before);
  }

  private static Map<Long, Object> after(Member member, long index) {
    return ((TreeMap<Long, Object>) member.outcomes).tailMap(index);
  }

  private static void assertSame(AuthState one, AuthState other) {
    assertThat(one.enabled()).isEqualTo(other.enabled());
    assertThat(one.revision()).isEqualTo(other.revision());
    assertThat(one.userNames()).isEqualTo(other.userNames());
    assertThat(one.roleNames()).isEqualTo(other.roleNames());
  }

  /** Random requests of random callers, with authentication being turned on and off in between. */
  private static final class Script {
    private final Random random;
    private long index;

    Script(Random random) {
      this.random = random;
    }

    static List<InternalRequest.Builder> enabling() {
      List<InternalRequest.Builder> commands = new ArrayList<>();
      commands.add(user("root"));
      commands.add(grantRole("root", "root"));
      for (int i = 0; i < 3; i++) {
        commands.add(user("u" + i));
        commands.add(
            InternalRequest.newBuilder()
                .setAuthRoleAdd(AuthRoleAddRequest.newBuilder().setName("r" + i)));
      }
      commands.add(enable());
      return commands;
    }

    List<Entry> entries(int count) {
      List<Entry> log = new ArrayList<>();
      enabling().forEach(command -> log.add(TestBed.entry(++index, command)));
      for (int i = 0; i < count; i++) {
        // Revisions grow to some ten or twenty: old ones, present ones and such as never were.
        InternalRequest.Builder request = request();
        if (random.nextInt(10) > 0) {
          request
              .setAuthUser(random.nextInt(3) == 0 ? "root" : "u" + random.nextInt(4))
              .setAuthRevision(random.nextInt(3) == 0 ? random.nextInt(60) : Integer.MAX_VALUE);
        }
        log.add(TestBed.entry(++index, request));
      }
      return log;
    }

    private InternalRequest.Builder request() {
      return switch (random.nextInt(16)) {
        case 0 -> enable();
        case 1 ->
            random.nextInt(6) > 0
                ? enable()
                : InternalRequest.newBuilder()
                    .setAuthDisable(AuthDisableRequest.getDefaultInstance());
        case 2 -> grantRole("u" + random.nextInt(3), "r" + random.nextInt(3));
        case 3, 4 -> permission();
        case 5 ->
            InternalRequest.newBuilder()
                .setLeaseGrant(
                    LeaseGrantRequest.newBuilder().setID(1 + random.nextInt(4)).setTTL(100));
        case 6 ->
            InternalRequest.newBuilder()
                .setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(1 + random.nextInt(4)));
        case 7 ->
            InternalRequest.newBuilder()
                .setAuthLogin(
                    AuthLogin.newBuilder()
                        .setUser("u1")
                        .setTokenPrefix("abcdefghijklmnop")
                        .setCheckedRevision(random.nextInt(30)));
        case 8 ->
            InternalRequest.newBuilder()
                .setCompaction(CompactionRequest.newBuilder().setRevision(random.nextInt(60)));
        case 9, 10 -> txn();
        default ->
            TestBed.request(
                TestBed.putRequest(key(), "v")
                    .setPrevKv(random.nextBoolean())
                    .setLease(random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0));
      };
    }

    private InternalRequest.Builder txn() {
      RequestOp put = TestBed.op(TestBed.putRequest(key(), "t"));
      RequestOp nested =
          TestBed.op(TxnRequest.newBuilder().addFailure(TestBed.deleteOp(key(), "")));
      return InternalRequest.newBuilder()
          .setTxn(TxnRequest.newBuilder().addSuccess(put).addFailure(nested));
    }

    private InternalRequest.Builder permission() {
      int first = random.nextInt(8);
      return InternalRequest.newBuilder()
          .setAuthRoleGrantPermission(
              AuthRoleGrantPermissionRequest.newBuilder()
                  .setName("r" + random.nextInt(3))
                  .setPerm(
                      Permission.newBuilder()
                          .setPermTypeValue(random.nextInt(3))
                          .setKey(ByteString.copyFromUtf8("k" + first))
                          .setRangeEnd(ByteString.copyFromUtf8("k" + (first + 3)))));
    }

    private String key() {
      return "k" + random.nextInt(10);
    }

    private static InternalRequest.Builder enable() {
      return InternalRequest.newBuilder()
          .setAuthEnable(AuthEnabling.newBuilder().setTicketKey(ByteString.copyFromUtf8("key")));
    }

    private static InternalRequest.Builder user(String name) {
      return InternalRequest.newBuilder()
          .setAuthUserAdd(
              AuthNewUser.newBuilder()
                  .setName(name)
                  .setPasswordHash(ByteString.copyFromUtf8("hash")));
    }

    private static InternalRequest.Builder grantRole(String user, String role) {
      return InternalRequest.newBuilder()
          .setAuthUserGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role));
    }
  }
}
