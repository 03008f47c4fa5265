package io.kelson.server;

import static io.kelson.server.AuthFixture.bytes;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.health.v1.HealthCheckRequest;
import io.kelson.api.AlarmRequest;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthEnableRequest;
import io.kelson.api.AuthRoleAddRequest;
import io.kelson.api.AuthRoleDeleteRequest;
import io.kelson.api.AuthRoleGetRequest;
import io.kelson.api.AuthRoleGrantPermissionRequest;
import io.kelson.api.AuthRoleListRequest;
import io.kelson.api.AuthRoleRevokePermissionRequest;
import io.kelson.api.AuthStatusRequest;
import io.kelson.api.AuthUserAddRequest;
import io.kelson.api.AuthUserChangePasswordRequest;
import io.kelson.api.AuthUserDeleteRequest;
import io.kelson.api.AuthUserGetRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.AuthUserListRequest;
import io.kelson.api.AuthUserRevokeRoleRequest;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.CompactionRequest;
import io.kelson.api.Compare;
import io.kelson.api.DefragmentRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DowngradeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.HashKVRequest;
import io.kelson.api.HashRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberPromoteRequest;
import io.kelson.api.MemberRemoveRequest;
import io.kelson.api.MemberUpdateRequest;
import io.kelson.api.MoveLeaderRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.StatusRequest;
import io.kelson.api.TxnRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.auth.Permission;
import io.kelson.api.election.CampaignRequest;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.election.LeaderKey;
import io.kelson.api.election.LeaderRequest;
import io.kelson.api.election.ProclaimRequest;
import io.kelson.api.election.ResignRequest;
import io.kelson.api.lock.LockRequest;
import io.kelson.api.lock.UnlockRequest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What {@link AuthMatrixTest} tries, and who may do it. The users of the test hold rights on the
 * keys from {@code m} up to {@code n}.
 */
final class AuthMatrixCases {
  /** Kinds of callers. */
  enum Who {
    STRANGER,
    NO_ROLE,
    READER,
    WRITER,
    READER_AND_WRITER,
    ROOT
  }

  /** What a field of a request has to do with rights. */
  enum Field {
    /** Names keys: tried with keys that the caller has rights on, and others. */
    KEYS,
    /** Takes the right to read as well: tried with each case of the request. */
    PREVIOUS,
    /** Names a lease, by which other keys may be touched. */
    LEASE,
    /** Changes what is asked for, but not what it takes: tried with each case of the request. */
    OPTION,
    /** Holds a request that is tried by itself. */
    INNER,
    /** Says to whom or what something is done; what that takes is the same whatever it says. */
    SUBJECT,
    /** Tried by the cases of the call. */
    BY_HAND
  }

  private static final String CLASSIFIED =
      """
      RangeRequest: key=KEYS range_end=KEYS limit=OPTION revision=OPTION sort_order=OPTION
        sort_target=OPTION serializable=OPTION keys_only=OPTION count_only=OPTION
        min_mod_revision=OPTION max_mod_revision=OPTION min_create_revision=OPTION
        max_create_revision=OPTION
      PutRequest: key=KEYS value=OPTION lease=LEASE prev_kv=PREVIOUS ignore_value=OPTION
        ignore_lease=OPTION
      DeleteRangeRequest: key=KEYS range_end=KEYS prev_kv=PREVIOUS
      TxnRequest: compare=INNER success=INNER failure=INNER
      Compare: result=OPTION target=OPTION key=KEYS version=OPTION create_revision=OPTION
        mod_revision=OPTION value=OPTION lease=OPTION range_end=KEYS
      RequestOp: request_range=INNER request_put=INNER request_delete_range=INNER
        request_txn=INNER
      CompactionRequest: revision=SUBJECT physical=OPTION
      WatchRequest: create_request=INNER cancel_request=INNER progress_request=BY_HAND
      WatchCreateRequest: key=KEYS range_end=KEYS start_revision=OPTION progress_notify=OPTION
        filters=BY_HAND prev_kv=OPTION watch_id=OPTION fragment=OPTION
      WatchCancelRequest: watch_id=SUBJECT
      LeaseGrantRequest: TTL=OPTION ID=BY_HAND
      LeaseRevokeRequest: ID=LEASE
      LeaseKeepAliveRequest: ID=LEASE
      LeaseTimeToLiveRequest: ID=LEASE keys=BY_HAND
      MemberAddRequest: peerURLs=SUBJECT isLearner=OPTION
      MemberRemoveRequest: ID=SUBJECT
      MemberUpdateRequest: ID=SUBJECT peerURLs=SUBJECT
      MemberListRequest: linearizable=OPTION
      MemberPromoteRequest: ID=SUBJECT
      AlarmRequest: action=BY_HAND memberID=SUBJECT alarm=BY_HAND
      HashKVRequest: revision=OPTION
      MoveLeaderRequest: targetID=SUBJECT
      DowngradeRequest: action=OPTION version=OPTION
      AuthenticateRequest: name=SUBJECT password=BY_HAND
      AuthUserAddRequest: name=SUBJECT password=BY_HAND options=INNER hashedPassword=OPTION
      UserAddOptions: no_password=BY_HAND
      AuthUserGetRequest: name=BY_HAND
      AuthUserDeleteRequest: name=SUBJECT
      AuthUserChangePasswordRequest: name=SUBJECT password=OPTION hashedPassword=OPTION
      AuthUserGrantRoleRequest: user=SUBJECT role=SUBJECT
      AuthUserRevokeRoleRequest: name=SUBJECT role=SUBJECT
      AuthRoleAddRequest: name=SUBJECT
      AuthRoleGetRequest: role=BY_HAND
      AuthRoleDeleteRequest: role=SUBJECT
      AuthRoleGrantPermissionRequest: name=SUBJECT perm=INNER
      Permission: permType=OPTION key=SUBJECT range_end=SUBJECT
      AuthRoleRevokePermissionRequest: role=SUBJECT key=SUBJECT range_end=SUBJECT
      LockRequest: name=KEYS lease=LEASE
      UnlockRequest: key=KEYS
      CampaignRequest: name=KEYS lease=LEASE value=OPTION
      ProclaimRequest: leader=INNER value=OPTION
      ResignRequest: leader=INNER
      LeaderRequest: name=KEYS
      LeaderKey: name=SUBJECT key=KEYS rev=OPTION lease=LEASE
      HealthCheckRequest: service=SUBJECT
      """;

  /** By message and field, without packages. */
  static final Map<String, Field> FIELDS = fields();

  private static final Set<Who> ALL = EnumSet.allOf(Who.class);
  private static final Set<Who> USERS = EnumSet.complementOf(EnumSet.of(Who.STRANGER));
  private static final Set<Who> READERS = EnumSet.of(Who.READER, Who.READER_AND_WRITER, Who.ROOT);
  private static final Set<Who> WRITERS = EnumSet.of(Who.WRITER, Who.READER_AND_WRITER, Who.ROOT);
  private static final Set<Who> BOTH = EnumSet.of(Who.READER_AND_WRITER, Who.ROOT);
  private static final Set<Who> ROOT = EnumSet.of(Who.ROOT);

  /** Nothing that exists has this id. */
  private static final long UNKNOWN = 0x7777;

  /**
   * One thing to try.
   *
   * @param allowed who may
   * @param tried who tries: not root where that would leave nothing to go on with
   * @param request by whom it is made may matter
   */
  record Case(String label, Set<Who> allowed, Set<Who> tried, Function<Who, Message> request) {
    boolean mayBeTriedBy(Who who) {
      return tried.contains(who);
    }

    /** The error, or nothing. */
    String expectedFor(Who who) {
      if (allowed.contains(who)) {
        return "";
      }
      return who == Who.STRANGER ? EtcdError.USER_EMPTY.text() : EtcdError.PERMISSION_DENIED.text();
    }

    private Case and(String more, Set<Who> others, Function<Message, Message> change) {
      Set<Who> both = EnumSet.copyOf(allowed);
      both.retainAll(others);
      return new Case(label + more, both, tried, who -> change.apply(request.apply(who)));
    }
  }

  private final AuthFixture fixture;
  private final Map<Who, String> tokens = new EnumMap<>(Who.class);
  private long next = 1_000;

  AuthMatrixCases(AuthFixture fixture) {
    this.fixture = fixture;
  }

  private static Map<String, Field> fields() {
    Map<String, Field> fields = new TreeMap<>();
    String message = "";
    for (String word : CLASSIFIED.trim().split("\\s+")) {
      if (word.endsWith(":")) {
        message = word.substring(0, word.length() - 1);
      } else {
        String[] pair = word.split("=");
        fields.put(message + "." + pair[0], Field.valueOf(pair[1]));
      }
    }
    return fields;
  }

  static String nameOf(FieldDescriptor field) {
    return field.getContainingType().getName() + "." + field.getName();
  }

  String token(Who who) {
    return tokens.get(who);
  }

  private static String userOf(Who who) {
    return who == Who.ROOT ? "root" : who.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Users, and something to read, outside of their rights as well. */
  void prepare() {
    String root = fixture.enable();
    tokens.put(Who.STRANGER, "");
    tokens.put(Who.ROOT, root);
    fixture.addUser(userOf(Who.NO_ROLE), "no", root);
    tokens.put(Who.NO_ROLE, fixture.login(userOf(Who.NO_ROLE), "no"));
    user(Who.READER, Permission.Type.READ);
    user(Who.WRITER, Permission.Type.WRITE);
    user(Who.READER_AND_WRITER, Permission.Type.READWRITE);
    put("m/there", 0);
    put("x/there", 0);
    leaseOn("x/leased");
    AuthFixture.with(root, ElectionGrpc.newBlockingStub(fixture.channel))
        .campaign(CampaignRequest.newBuilder().setName(bytes("m/observed")).build());
  }

  private void user(Who who, Permission.Type type) {
    tokens.put(who, fixture.addUserWith(type, userOf(who), "m", "n", tokens.get(Who.ROOT)));
  }

  private void put(String key, long lease) {
    AuthFixture.with(tokens.get(Who.ROOT), KVGrpc.newBlockingStub(fixture.channel))
        .put(PutRequest.newBuilder().setKey(bytes(key)).setLease(lease).build());
  }

  /** A new lease with that key attached to it, or none if it is empty. */
  private long leaseOn(String key) {
    long id = ++next;
    AuthFixture.with(tokens.get(Who.ROOT), LeaseGrpc.newBlockingStub(fixture.channel))
        .leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(9_000).build());
    if (!key.isEmpty()) {
      put(key + "/" + id, id);
    }
    return id;
  }

  /** What to try of a call. */
  List<Case> of(String method) {
    String name = method.substring(method.indexOf('/') + 1);
    return switch (name) {
      case "Range", "RangeStream" -> withOptions(ranges(), name);
      case "Put" -> withOptions(puts(), name);
      case "DeleteRange" -> withOptions(deletes(), name);
      case "Txn" -> txns();
      case "Compact" -> all(ROOT, CompactionRequest.newBuilder().setRevision(1L << 40).build());
      case "Watch" ->
          method.contains("Health") ? all(ALL, HealthCheckRequest.getDefaultInstance()) : watches();
      case "Check" -> all(ALL, HealthCheckRequest.getDefaultInstance());
      case "LeaseGrant" ->
          all(
              USERS,
              LeaseGrantRequest.newBuilder().setTTL(9_000).build(),
              LeaseGrantRequest.newBuilder().setTTL(9_000).setID(UNKNOWN + 1).build());
      case "LeaseRevoke" ->
          leases(WRITERS, id -> LeaseRevokeRequest.newBuilder().setID(id).build());
      case "LeaseKeepAlive" ->
          leases(WRITERS, id -> LeaseKeepAliveRequest.newBuilder().setID(id).build());
      case "LeaseTimeToLive" -> timesToLive();
      case "LeaseLeases" ->
          List.of(
              of(
                  "one of them on other keys",
                  ROOT,
                  who -> {
                    leaseOn("x/leased");
                    return LeaseLeasesRequest.getDefaultInstance();
                  }));
      case "Lock" -> locks();
      case "Unlock" -> named(WRITERS, key -> UnlockRequest.newBuilder().setKey(bytes(key)).build());
      case "Campaign" -> campaigns();
      case "Proclaim" ->
          named(BOTH, key -> ProclaimRequest.newBuilder().setLeader(leader(key)).build());
      case "Resign" ->
          named(BOTH, key -> ResignRequest.newBuilder().setLeader(leader(key)).build());
      case "Leader" ->
          named(READERS, key -> LeaderRequest.newBuilder().setName(bytes(key)).build());
      case "Observe" -> observations();
      default -> administration(name);
    };
  }

  private List<Case> administration(String name) {
    return switch (name) {
      case "Status" -> all(USERS, StatusRequest.getDefaultInstance());
      case "Alarm" -> alarms();
      case "Defragment" -> all(ROOT, DefragmentRequest.getDefaultInstance());
      case "Hash" -> all(ROOT, HashRequest.getDefaultInstance());
      case "HashKV" -> withOptions(all(ROOT, HashKVRequest.getDefaultInstance()), name);
      case "Snapshot" -> all(ROOT, SnapshotRequest.getDefaultInstance());
      case "MoveLeader" -> all(ROOT, MoveLeaderRequest.newBuilder().setTargetID(UNKNOWN).build());
      case "Downgrade" -> withOptions(all(ROOT, DowngradeRequest.getDefaultInstance()), name);
      case "MemberAdd" ->
          withOptions(all(ROOT, MemberAddRequest.newBuilder().addPeerURLs("no url").build()), name);
      case "MemberRemove" -> all(ROOT, MemberRemoveRequest.newBuilder().setID(UNKNOWN).build());
      case "MemberUpdate" ->
          all(ROOT, MemberUpdateRequest.newBuilder().setID(UNKNOWN).addPeerURLs("no url").build());
      case "MemberPromote" -> all(ROOT, MemberPromoteRequest.newBuilder().setID(UNKNOWN).build());
      case "MemberList" -> withOptions(all(USERS, MemberListRequest.getDefaultInstance()), name);
      case "AuthEnable" -> all(ROOT, AuthEnableRequest.getDefaultInstance());
      case "AuthDisable" ->
          List.of(
              new Case(
                  "",
                  ROOT,
                  EnumSet.complementOf(EnumSet.of(Who.ROOT)),
                  who -> AuthDisableRequest.getDefaultInstance()));
      case "AuthStatus" -> all(ALL, AuthStatusRequest.getDefaultInstance());
      case "Authenticate" ->
          all(ALL, AuthenticateRequest.newBuilder().setName("no").setPassword("way").build());
      default -> users(name);
    };
  }

  private List<Case> users(String name) {
    return switch (name) {
      case "UserAdd" -> userAdditions();
      case "UserGet" ->
          List.of(
              of(
                  "himself",
                  USERS,
                  who -> AuthUserGetRequest.newBuilder().setName(userOf(who)).build()),
              of("another", ROOT, who -> AuthUserGetRequest.newBuilder().setName("other").build()));
      case "UserList" -> all(ROOT, AuthUserListRequest.getDefaultInstance());
      case "UserDelete" -> all(ROOT, AuthUserDeleteRequest.newBuilder().setName("x").build());
      case "UserChangePassword" ->
          withOptions(
              all(ROOT, AuthUserChangePasswordRequest.newBuilder().setName("x").build()), name);
      case "UserGrantRole" ->
          all(ROOT, AuthUserGrantRoleRequest.newBuilder().setUser("x").setRole("root").build());
      case "UserRevokeRole" ->
          all(ROOT, AuthUserRevokeRoleRequest.newBuilder().setName("x").setRole("y").build());
      case "RoleAdd" -> all(ROOT, AuthRoleAddRequest.newBuilder().setName("reader").build());
      case "RoleGet" -> roleQuestions();
      case "RoleList" -> all(ROOT, AuthRoleListRequest.getDefaultInstance());
      case "RoleDelete" -> all(ROOT, AuthRoleDeleteRequest.newBuilder().setRole("x").build());
      case "RoleGrantPermission" ->
          all(
              ROOT,
              AuthRoleGrantPermissionRequest.newBuilder()
                  .setName("x")
                  .setPerm(Permission.newBuilder().setKey(bytes("k")))
                  .build());
      case "RoleRevokePermission" ->
          all(ROOT, AuthRoleRevokePermissionRequest.newBuilder().setRole("x").build());
      default -> List.of();
    };
  }

  private List<Case> userAdditions() {
    List<Case> cases = new ArrayList<>();
    for (boolean noPassword : new boolean[] {false, true}) {
      cases.add(
          of(
              noPassword ? "without a password" : "with a password",
              ROOT,
              who -> {
                AuthUserAddRequest.Builder user =
                    AuthUserAddRequest.newBuilder().setName("new" + ++next).setPassword("pw");
                user.getOptionsBuilder().setNoPassword(noPassword);
                return user.build();
              }));
    }
    return cases;
  }

  private static List<Case> roleQuestions() {
    return List.of(
        of(
            "his own",
            EnumSet.of(Who.READER, Who.WRITER, Who.READER_AND_WRITER, Who.ROOT),
            who -> AuthRoleGetRequest.newBuilder().setRole(userOf(who)).build()),
        of(
            "another",
            EnumSet.of(Who.READER, Who.ROOT),
            who -> AuthRoleGetRequest.newBuilder().setRole("reader").build()));
  }

  private static Case of(String label, Set<Who> allowed, Function<Who, Message> request) {
    return new Case(label, allowed, ALL, request);
  }

  private static List<Case> all(Set<Who> allowed, Message... requests) {
    List<Case> cases = new ArrayList<>();
    for (Message request : requests) {
      cases.add(of("", allowed, who -> request));
    }
    return cases;
  }

  /** Pairs of key and end, and whether they stay within the users' rights. */
  private record Keys(String label, String key, String end, boolean within) {}

  private static final List<Keys> KEYS =
      List.of(
          new Keys("one key", "m/there", "", true),
          new Keys("the first key", "m", "", true),
          new Keys("a range", "m/", "m0", true),
          new Keys("all of it", "m", "n", true),
          new Keys("no key at all", "m5", "m1", true),
          new Keys("an empty range elsewhere", "x", "a", false),
          new Keys("the key after", "n", "", false),
          new Keys("the key before", "l\u007f", "", false),
          new Keys("beyond the end", "m", "n\0", false),
          new Keys("before the beginning", "l", "n", false),
          new Keys("from a key on", "m", "\0", false),
          new Keys("from one key of theirs on", "m/there", "\0", false),
          new Keys("everything", "\0", "\0", false));

  private static List<Case> ranges() {
    return keyed(
        READERS,
        keys ->
            RangeRequest.newBuilder()
                .setKey(bytes(keys.key()))
                .setRangeEnd(bytes(keys.end()))
                .build());
  }

  private static List<Case> deletes() {
    return keyed(
        WRITERS,
        keys ->
            DeleteRangeRequest.newBuilder()
                .setKey(bytes(keys.key()))
                .setRangeEnd(bytes(keys.end()))
                .build());
  }

  private static List<Case> keyed(Set<Who> allowed, Function<Keys, Message> request) {
    return KEYS.stream()
        .map(
            keys ->
                new Case(
                    keys.label(), keys.within() ? allowed : ROOT, ALL, who -> request.apply(keys)))
        .toList();
  }

  private List<Case> puts() {
    List<Case> cases = new ArrayList<>();
    for (Keys keys : KEYS) {
      if (keys.end().isEmpty()) {
        Message put = PutRequest.newBuilder().setKey(bytes(keys.key())).build();
        cases.add(of(keys.label(), keys.within() ? WRITERS : ROOT, who -> put));
      }
    }
    cases.add(leasedPut("a lease without keys", "", WRITERS));
    cases.add(leasedPut("a lease on keys of theirs", "m/leased", WRITERS));
    cases.add(leasedPut("a lease on other keys", "x/leased", ROOT));
    return cases;
  }

  private Case leasedPut(String label, String attached, Set<Who> allowed) {
    return of(
        label,
        allowed,
        who -> PutRequest.newBuilder().setKey(bytes("m/new")).setLease(leaseOn(attached)).build());
  }

  /** Each case once more with each option of its request set. */
  private static List<Case> withOptions(List<Case> cases, String method) {
    List<Case> all = new ArrayList<>();
    for (Case one : cases) {
      all.add(one);
      for (FieldDescriptor field :
          one.request().apply(Who.ROOT).getDescriptorForType().getFields()) {
        Field kind = FIELDS.get(nameOf(field));
        boolean applies = kind == Field.OPTION || kind == Field.PREVIOUS;
        if (applies && !refusedUnseen(method, field) && !excludes(one, field)) {
          Set<Who> others = kind == Field.PREVIOUS ? READERS : ALL;
          all.add(one.and(" with " + field.getName(), others, message -> with(message, field)));
        }
      }
    }
    return all;
  }

  /** RangeStream refuses these to everybody before it looks at anything. */
  private static boolean refusedUnseen(String method, FieldDescriptor field) {
    return method.equals("RangeStream") && field.getName().matches("sort_.*|m(in|ax)_.*");
  }

  /** A lease and ignore_lease in one request are refused before anything is looked at. */
  private static boolean excludes(Case one, FieldDescriptor field) {
    return one.label().startsWith("a lease") && field.getName().equals("ignore_lease");
  }

  private static Message with(Message message, FieldDescriptor field) {
    Object value =
        switch (field.getJavaType()) {
          case BOOLEAN -> true;
          case LONG -> 1L;
          case INT -> 1;
          case ENUM -> field.getEnumType().getValues().get(1);
          case BYTE_STRING -> bytes("v");
          case STRING -> "v";
          default -> throw new IllegalArgumentException("no sample of " + field);
        };
    return message.toBuilder().setField(field, value).build();
  }

  private List<Case> txns() {
    List<Case> cases = new ArrayList<>();
    cases.add(of("nothing", USERS, who -> TxnRequest.getDefaultInstance()));
    for (Keys keys : KEYS) {
      Compare.Builder compare =
          Compare.newBuilder().setKey(bytes(keys.key())).setRangeEnd(bytes(keys.end()));
      for (Compare.CompareTarget target :
          EnumSet.complementOf(EnumSet.of(Compare.CompareTarget.UNRECOGNIZED))) {
        Message txn = TxnRequest.newBuilder().addCompare(compare.setTarget(target).build()).build();
        cases.add(
            of(
                "compare " + target + " of " + keys.label(),
                keys.within() ? READERS : ROOT,
                who -> txn));
      }
    }
    List<Case> inner = new ArrayList<>(ranges());
    List<Case> writes = new ArrayList<>(puts());
    writes.addAll(deletes());
    for (Case write : writes) {
      inner.add(write);
      FieldDescriptor previous =
          write.request().apply(Who.ROOT).getDescriptorForType().findFieldByName("prev_kv");
      inner.add(write.and(" with prev_kv", READERS, message -> with(message, previous)));
    }
    for (Case one : inner) {
      cases.add(one.and(", then", ALL, AuthMatrixCases::then));
      cases.add(one.and(", else", ALL, AuthMatrixCases::otherwise));
      cases.add(one.and(", then in else", ALL, message -> otherwise(then(message))));
      cases.add(one.and(", else in then in then", ALL, message -> then(then(otherwise(message)))));
    }
    return cases;
  }

  private static Message then(Message op) {
    return TxnRequest.newBuilder().addSuccess(op(op)).build();
  }

  private static Message otherwise(Message op) {
    return TxnRequest.newBuilder().addFailure(op(op)).build();
  }

  private static RequestOp op(Message message) {
    RequestOp.Builder op = RequestOp.newBuilder();
    if (message instanceof RangeRequest range) {
      op.setRequestRange(range);
    } else if (message instanceof PutRequest put) {
      op.setRequestPut(put);
    } else if (message instanceof DeleteRangeRequest delete) {
      op.setRequestDeleteRange(delete);
    } else {
      op.setRequestTxn((TxnRequest) message);
    }
    return op.build();
  }

  private static List<Case> watches() {
    List<Case> cases = new ArrayList<>();
    for (Keys keys : KEYS) {
      // An empty range is refused to those who may, which is told in another text.
      WatchCreateRequest base =
          WatchCreateRequest.newBuilder()
              .setKey(bytes(keys.key()))
              .setRangeEnd(bytes(keys.end()))
              .build();
      List<Message> variants = new ArrayList<>(List.of(base));
      for (FieldDescriptor field : base.getDescriptorForType().getFields()) {
        if (FIELDS.get(nameOf(field)) == Field.OPTION) {
          variants.add(with(base, field));
        }
      }
      variants.add(base.toBuilder().addFilters(WatchCreateRequest.FilterType.NOPUT).build());
      for (Message variant : variants) {
        Message request =
            WatchRequest.newBuilder().setCreateRequest((WatchCreateRequest) variant).build();
        cases.add(of(keys.label(), keys.within() ? READERS : ROOT, who -> request));
      }
    }
    WatchCreateRequest all = WatchCreateRequest.newBuilder().setRangeEnd(bytes("\0")).build();
    cases.addAll(all(ROOT, WatchRequest.newBuilder().setCreateRequest(all).build()));
    return cases;
  }

  private List<Case> leases(Set<Who> onTheirs, Function<Long, Message> request) {
    return List.of(
        of("a lease without keys", USERS, who -> request.apply(leaseOn(""))),
        of("a lease that is not there", USERS, who -> request.apply(UNKNOWN)),
        of("a lease on keys of theirs", onTheirs, who -> request.apply(leaseOn("m/leased"))),
        of("a lease on other keys", ROOT, who -> request.apply(leaseOn("x/leased"))));
  }

  private List<Case> timesToLive() {
    List<Case> cases =
        new ArrayList<>(
            leases(
                READERS,
                id -> LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build()));
    cases.add(
        of(
            "without its keys",
            USERS,
            who -> LeaseTimeToLiveRequest.newBuilder().setID(leaseOn("x/leased")).build()));
    return cases;
  }

  private static List<Case> named(Set<Who> onTheirs, Function<String, Message> request) {
    return List.of(
        of("theirs", onTheirs, who -> request.apply("m/none")),
        of("another", ROOT, who -> request.apply("x/none")));
  }

  private static LeaderKey leader(String key) {
    return LeaderKey.newBuilder()
        .setName(bytes("m/none"))
        .setKey(bytes(key))
        .setRev(UNKNOWN)
        .build();
  }

  private List<Case> locks() {
    return List.of(
        of("theirs", BOTH, who -> lock("m/lock", 0)),
        of("another", ROOT, who -> lock("x/lock", 0)),
        of("with a lease on other keys", ROOT, who -> lock("m/lock", leaseOn("x/leased"))));
  }

  private Message lock(String name, long lease) {
    return LockRequest.newBuilder().setName(bytes(name + ++next)).setLease(lease).build();
  }

  private List<Case> campaigns() {
    return List.of(
        of("theirs", BOTH, who -> campaign("m/campaign", 0)),
        of("another", ROOT, who -> campaign("x/campaign", 0)),
        of("with a lease on other keys", ROOT, who -> campaign("m/campaign", leaseOn("x/leased"))));
  }

  private Message campaign(String name, long lease) {
    return CampaignRequest.newBuilder().setName(bytes(name + ++next)).setLease(lease).build();
  }

  private List<Case> observations() {
    return List.of(
        of(
            "theirs",
            READERS,
            who -> {
              put("m/watched/1", 0);
              return LeaderRequest.newBuilder().setName(bytes("m/watched")).build();
            }),
        of(
            "another",
            ROOT,
            who -> {
              put("x/watched/1", 0);
              return LeaderRequest.newBuilder().setName(bytes("x/watched")).build();
            }));
  }

  private static List<Case> alarms() {
    List<Case> cases =
        new ArrayList<>(
            all(USERS, AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build()));
    cases.addAll(
        all(
            ROOT,
            AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                .setMemberID(UNKNOWN)
                .build()));
    cases.add(
        new Case(
            "activate",
            ROOT,
            // Root's would work.
            EnumSet.complementOf(EnumSet.of(Who.ROOT)),
            who ->
                AlarmRequest.newBuilder()
                    .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                    .setAlarmValue(1)
                    .build()));
    return cases;
  }
}
