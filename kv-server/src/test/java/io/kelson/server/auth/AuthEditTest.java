package io.kelson.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthRoleAddRequest;
import io.kelson.api.AuthRoleDeleteRequest;
import io.kelson.api.AuthRoleGrantPermissionRequest;
import io.kelson.api.AuthRoleRevokePermissionRequest;
import io.kelson.api.AuthUserDeleteRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.AuthUserRevokeRoleRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.auth.Permission;
import io.kelson.server.proto.AuthEnabling;
import io.kelson.server.proto.AuthLogin;
import io.kelson.server.proto.AuthNewPassword;
import io.kelson.server.proto.AuthNewUser;
import io.kelson.server.proto.InternalRequest;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Commands about users and roles, and what they make of the state. */
class AuthEditTest {
  private static final ByteString HASH = bytes("hash");

  private AuthState state = AuthRows.read(new TreeMap<>(), null);
  private final TreeMap<String, byte[]> rows = new TreeMap<>();
  private TokenEffect tokens;

  @Test
  void rootComesBeforeAuthentication() {
    refused(EtcdError.ROOT_USER_MISSING, () -> enable());
    addUser("root");
    refused(EtcdError.ROOT_ROLE_MISSING, () -> enable());
    grantRole("root", "root");
    enable();
    long revision = state.revision();
    enable();
    assertThat(state.enabled()).isTrue();
    assertThat(state.revision()).as("enabling changes no rights").isEqualTo(revision);
  }

  @Test
  void theRevisionCountsChangesOfUsersAndRights() {
    assertThat(state.revision()).isEqualTo(1);
    addUser("root");
    grantRole("root", "root");
    assertThat(state.revision()).isEqualTo(3);
    grantRole("root", "root");
    assertThat(state.revision()).as("granted already").isEqualTo(3);
    addRole("r");
    grant("r", Permission.Type.READ, "a", "b");
    grant("r", Permission.Type.READ, "a", "b");
    assertThat(state.revision()).isEqualTo(6);
    disable();
    assertThat(state.revision()).as("it was not on").isEqualTo(6);
    enable();
    disable();
    assertThat(state.revision()).isEqualTo(7);
    assertThat(tokens.kind()).isEqualTo(TokenEffect.Kind.DROP_ALL);
  }

  @Test
  void whatExistsOrDoesNotIsToldApart() {
    refused(EtcdError.USER_EMPTY, () -> addUser(""));
    addUser("u");
    refused(EtcdError.USER_EXISTS, () -> addUser("u"));
    refused(EtcdError.ROLE_EMPTY, () -> addRole(""));
    addRole("r");
    refused(EtcdError.ROLE_EXISTS, () -> addRole("r"));
    refused(EtcdError.USER_NOT_FOUND, () -> grantRole("x", "r"));
    refused(EtcdError.ROLE_NOT_FOUND, () -> grantRole("u", "x"));
    refused(EtcdError.USER_NOT_FOUND, () -> deleteUser("x"));
    refused(EtcdError.USER_NOT_FOUND, () -> changePassword("x"));
    refused(EtcdError.ROLE_NOT_FOUND, () -> deleteRole("x"));
    refused(EtcdError.ROLE_NOT_GRANTED, () -> revokeRole("u", "r"));
    refused(EtcdError.ROLE_NOT_FOUND, () -> grant("x", Permission.Type.READ, "a", ""));
    refused(EtcdError.INVALID_AUTH_MANAGEMENT, () -> grant("r", Permission.Type.READ, "", ""));
    refused(EtcdError.INVALID_AUTH_MANAGEMENT, () -> grant("r", Permission.Type.READ, "b", "a"));
    refused(EtcdError.INVALID_AUTH_MANAGEMENT, () -> grant("r", Permission.Type.READ, "b", "b"));
    grant("r", Permission.Type.READ, "b", "\0");
    refused(
        EtcdError.PERMISSION_NOT_GIVEN,
        () ->
            apply(
                InternalRequest.newBuilder()
                    .setAuthRoleGrantPermission(
                        AuthRoleGrantPermissionRequest.newBuilder().setName("r"))));
    refused(EtcdError.PERMISSION_NOT_GRANTED, () -> revoke("r", "b", ""));
    refused(EtcdError.ROLE_NOT_FOUND, () -> revoke("x", "b", ""));
    revoke("r", "b", "\0");
  }

  @Test
  void rootCannotBeTakenAwayWhileItIsNeeded() {
    withAuth();
    refused(EtcdError.INVALID_AUTH_MANAGEMENT, () -> deleteUser("root"));
    refused(EtcdError.INVALID_AUTH_MANAGEMENT, () -> deleteRole("root"));
    refused(EtcdError.INVALID_AUTH_MANAGEMENT, () -> revokeRole("root", "root"));
    disable();
    refused(EtcdError.ROLE_NOT_FOUND, () -> deleteRole("root"));
    revokeRole("root", "root");
    deleteUser("root");
  }

  @Test
  void aRightOnTheSameRangeIsReplacedAndRightsStandInOrder() {
    addRole("r");
    grant("r", Permission.Type.READ, "b", "");
    grant("r", Permission.Type.READ, "a", "c");
    grant("r", Permission.Type.WRITE, "a", "");
    grant("r", Permission.Type.READWRITE, "a", "c");
    assertThat(state.permissionsOf("r"))
        .extracting(
            p -> p.getKey().toStringUtf8() + p.getRangeEnd().toStringUtf8(), p -> p.getPermType())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a", Permission.Type.WRITE),
            org.assertj.core.groups.Tuple.tuple("ac", Permission.Type.READWRITE),
            org.assertj.core.groups.Tuple.tuple("b", Permission.Type.READ));
  }

  @Test
  void theRightsOfAllRolesAreTakenTogether() {
    withAuth();
    addRole("low");
    addRole("high");
    grant("low", Permission.Type.READ, "a", "m");
    grant("high", Permission.Type.READWRITE, "m", "z");
    addUser("u");
    grantRole("u", "low");
    grantRole("u", "high");
    Identity u = now("u");
    assertThatCode(() -> state.requireRead(u, bytes("b"), bytes("x"))).doesNotThrowAnyException();
    refused(EtcdError.PERMISSION_DENIED, () -> state.requireWrite(u, bytes("b"), bytes("x")));
    assertThatCode(() -> state.requireWrite(u, bytes("n"), bytes("x"))).doesNotThrowAnyException();
    deleteRole("low");
    assertThat(state.rolesOf("u")).containsExactly("high");
    refused(EtcdError.AUTH_OLD_REVISION, () -> state.requireRead(u, bytes("n"), bytes("x")));
    refused(EtcdError.PERMISSION_DENIED, () -> state.requireRead(now("u"), bytes("b"), bytes("x")));
  }

  @Test
  void strangersAndTheDepartedMayNothing() {
    withAuth();
    addUser("u");
    refused(EtcdError.USER_EMPTY, () -> state.requireUser(Identity.NOBODY));
    refused(EtcdError.USER_EMPTY, () -> state.requireRoot(Identity.NOBODY));
    refused(EtcdError.PERMISSION_DENIED, () -> state.requireRoot(now("u")));
    refused(EtcdError.PERMISSION_DENIED, () -> state.requireUser(now("ghost")));
    refused(EtcdError.PERMISSION_DENIED, () -> state.requireRead(now("u"), bytes("a"), bytes("")));
    assertThatCode(() -> state.requireRead(now("root"), bytes("\0"), bytes("\0")))
        .doesNotThrowAnyException();
    deleteUser("u");
    assertThat(tokens).isEqualTo(TokenEffect.drop("u"));
    refused(EtcdError.PERMISSION_DENIED, () -> state.requireUser(now("u")));
    disable();
    assertThatCode(() -> state.requireRoot(Identity.NOBODY)).doesNotThrowAnyException();
  }

  @Test
  void aLoginIsGoodForWhatThePasswordWasCheckedAgainst() {
    refused(EtcdError.AUTH_NOT_ENABLED, () -> login("root", state.revision()));
    withAuth();
    refused(EtcdError.AUTH_OLD_REVISION, () -> login("root", state.revision() - 1));
    login("root", state.revision());
    assertThat(tokens).isEqualTo(TokenEffect.assign("root", "abc.99"));
    assertThat(tokens.toString()).doesNotContain("abc");
  }

  @Test
  void whoHasNoPasswordGetsNone() {
    apply(
        InternalRequest.newBuilder()
            .setAuthUserAdd(AuthNewUser.newBuilder().setName("cert").setNoPassword(true)));
    changePassword("cert");
    assertThat(state.user("cert").getPassword()).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void theRowsHoldTheWholeState() {
    withAuth();
    addRole("r");
    grant("r", Permission.Type.READWRITE, "k", "\0");
    addUser("u");
    grantRole("u", "r");
    addUser("gone");
    deleteUser("gone");
    AuthState read = AuthRows.read(rows, null);
    assertThat(read.enabled()).isTrue();
    assertThat(read.revision()).isEqualTo(state.revision());
    assertThat(read.users()).isEqualTo(state.users());
    assertThat(read.roles()).isEqualTo(state.roles());
    assertThat(read.ticketKey()).isEqualTo(state.ticketKey());
  }

  private void withAuth() {
    addUser("root");
    grantRole("root", "root");
    enable();
  }

  private Identity now(String user) {
    return new Identity(user, state.revision());
  }

  private void apply(InternalRequest.Builder command) {
    AuthChange change = AuthEdit.of(command.build(), 99, state);
    state = change.after();
    tokens = change.tokens();
    change
        .rows()
        .forEach(
            (name, row) -> {
              if (row == null) {
                rows.remove(name);
              } else {
                rows.put(name, row);
              }
            });
  }

  private void enable() {
    apply(
        InternalRequest.newBuilder()
            .setAuthEnable(AuthEnabling.newBuilder().setTicketKey(bytes("key"))));
  }

  private void disable() {
    apply(InternalRequest.newBuilder().setAuthDisable(AuthDisableRequest.getDefaultInstance()));
  }

  private void login(String user, long checked) {
    apply(
        InternalRequest.newBuilder()
            .setAuthLogin(
                AuthLogin.newBuilder()
                    .setUser(user)
                    .setTokenPrefix("abc")
                    .setCheckedRevision(checked)));
  }

  private void addUser(String name) {
    apply(
        InternalRequest.newBuilder()
            .setAuthUserAdd(AuthNewUser.newBuilder().setName(name).setPasswordHash(HASH)));
  }

  private void deleteUser(String name) {
    apply(
        InternalRequest.newBuilder()
            .setAuthUserDelete(AuthUserDeleteRequest.newBuilder().setName(name)));
  }

  private void changePassword(String name) {
    apply(
        InternalRequest.newBuilder()
            .setAuthUserChangePassword(
                AuthNewPassword.newBuilder().setName(name).setPasswordHash(HASH)));
  }

  private void grantRole(String user, String role) {
    apply(
        InternalRequest.newBuilder()
            .setAuthUserGrantRole(
                AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role)));
  }

  private void revokeRole(String user, String role) {
    apply(
        InternalRequest.newBuilder()
            .setAuthUserRevokeRole(
                AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role)));
  }

  private void addRole(String name) {
    apply(
        InternalRequest.newBuilder().setAuthRoleAdd(AuthRoleAddRequest.newBuilder().setName(name)));
  }

  private void deleteRole(String name) {
    apply(
        InternalRequest.newBuilder()
            .setAuthRoleDelete(AuthRoleDeleteRequest.newBuilder().setRole(name)));
  }

  private void grant(String role, Permission.Type type, String key, String end) {
    apply(
        InternalRequest.newBuilder()
            .setAuthRoleGrantPermission(
                AuthRoleGrantPermissionRequest.newBuilder()
                    .setName(role)
                    .setPerm(
                        Permission.newBuilder()
                            .setPermType(type)
                            .setKey(bytes(key))
                            .setRangeEnd(bytes(end)))));
  }

  private void revoke(String role, String key, String end) {
    apply(
        InternalRequest.newBuilder()
            .setAuthRoleRevokePermission(
                AuthRoleRevokePermissionRequest.newBuilder()
                    .setRole(role)
                    .setKey(bytes(key))
                    .setRangeEnd(bytes(end))));
  }

  private static void refused(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(AuthException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
