package io.kelson.chaos.workload;

import io.kelson.chaos.Login;
import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.AuthRecord.Kind;
import io.kelson.chaos.history.History;
import io.kelson.chaos.history.Status;
import io.kelson.client.AuthCalls;
import io.kelson.client.KelsonClient;
import io.kelson.client.Permission;

/** An administrator's calls, each recorded. For one thread. */
final class AuthClient {
  private final History history;
  private final AuthCalls calls;
  private final ClientIds ids;
  private long id;

  /**
   * Calls as the one who is signed in.
   *
   * @param connection of a client that repeats nothing
   */
  AuthClient(History history, KelsonClient connection, ClientIds ids) {
    this.history = history;
    this.calls = connection.auth();
    this.ids = ids;
    this.id = ids.next();
  }

  /** Makes a role, which may do nothing yet: so this is not recorded. */
  Status addRole(String role) {
    try {
      calls.roleAdd(role);
      return Status.OK;
    } catch (RuntimeException e) {
      return RecordingClient.statusOf(e, false);
    }
  }

  Status grantRole(String user, String role) {
    return call(Kind.GRANT_ROLE, user, role, null, () -> calls.userGrantRole(user, role));
  }

  Status revokeRole(String user, String role) {
    return call(Kind.REVOKE_ROLE, user, role, null, () -> calls.userRevokeRole(user, role));
  }

  Status grant(String role, Permission permission) {
    return call(
        Kind.GRANT_PERMISSION,
        "",
        role,
        permission,
        () -> calls.roleGrantPermission(role, permission));
  }

  Status revoke(String role, Permission permission) {
    return call(
        Kind.REVOKE_PERMISSION,
        "",
        role,
        permission,
        () -> calls.roleRevokePermission(role, permission.key(), permission.rangeEnd()));
  }

  /** Sets the password that the user has already: whoever is signed in is so no more. */
  Status changePassword(Login login) {
    return call(
        Kind.CHANGE_PASSWORD,
        login.user(),
        "",
        null,
        () -> calls.userChangePassword(login.user(), login.password()));
  }

  private Status call(Kind kind, String user, String role, Permission permission, Runnable call) {
    long start = history.now();
    Status status = Status.OK;
    String error = "";
    try {
      call.run();
    } catch (RuntimeException e) {
      status = RecordingClient.statusOf(e, false);
      error = RecordingClient.text(e);
    }
    boolean open = status == Status.UNKNOWN;
    long end = open ? Long.MAX_VALUE : history.now();
    history.add(new AuthRecord(kind, user, role, permission, id, start, end, status, error));
    if (open) {
      id = ids.next();
    }
    return status;
  }
}
