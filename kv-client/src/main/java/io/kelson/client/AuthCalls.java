package io.kelson.client;

import static io.kelson.client.Blocking.await;

import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthEnableRequest;
import io.kelson.api.AuthGrpc;
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
import io.kelson.api.auth.UserAddOptions;
import io.kelson.client.UnaryCalls.Effect;
import java.util.concurrent.CompletableFuture;

/**
 * The calls on users, roles and permissions: etcd's Auth service.
 *
 * <p>Got from {@link KelsonClient#auth}. Errors are {@link EtcdException}s, as there; while
 * authentication is on, changes and lists are for {@code root} only. Passwords travel as they are,
 * so use TLS. Thread-safe.
 */
public final class AuthCalls {
  private final UnaryCalls calls;

  AuthCalls(UnaryCalls calls) {
    this.calls = calls;
  }

  /**
   * Turns authentication on. The user {@code root} must be there and hold the role {@code root};
   * turning it on twice is no error.
   */
  public CompletableFuture<Header> enableAsync() {
    return calls.call(
        AuthGrpc.getAuthEnableMethod(),
        AuthEnableRequest.getDefaultInstance(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Turns authentication on and waits until that is durable. */
  public Header enable() {
    return await(enableAsync(), Effect.WRITES);
  }

  /** Turns authentication off. */
  public CompletableFuture<Header> disableAsync() {
    return calls.call(
        AuthGrpc.getAuthDisableMethod(),
        AuthDisableRequest.getDefaultInstance(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Turns authentication off and waits until that is durable. */
  public Header disable() {
    return await(disableAsync(), Effect.WRITES);
  }

  /** Asks whether authentication is on. */
  public CompletableFuture<AuthStatus> statusAsync() {
    return calls.call(
        AuthGrpc.getAuthStatusMethod(),
        AuthStatusRequest.getDefaultInstance(),
        Effect.READS,
        WireAuth::status);
  }

  /** Asks whether authentication is on and waits for the answer. */
  public AuthStatus status() {
    return await(statusAsync(), Effect.READS);
  }

  /** Asks for a token. A client that was built with a user does this by itself. */
  public CompletableFuture<AuthToken> authenticateAsync(String name, String password) {
    return calls.call(
        AuthGrpc.getAuthenticateMethod(),
        AuthenticateRequest.newBuilder().setName(name).setPassword(password).build(),
        Effect.READS,
        WireAuth::token);
  }

  /** Asks for a token and waits for it. */
  public AuthToken authenticate(String name, String password) {
    return await(authenticateAsync(name, password), Effect.READS);
  }

  /** Adds a user with a password, which must not be empty. */
  public CompletableFuture<Header> userAddAsync(String name, String password) {
    return calls.call(
        AuthGrpc.getUserAddMethod(),
        AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Adds a user with a password and waits until that is durable. */
  public Header userAdd(String name, String password) {
    return await(userAddAsync(name, password), Effect.WRITES);
  }

  /** Adds a user without a password, who is known by the common name of a certificate only. */
  public CompletableFuture<Header> userAddWithoutPasswordAsync(String name) {
    return calls.call(
        AuthGrpc.getUserAddMethod(),
        AuthUserAddRequest.newBuilder()
            .setName(name)
            .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
            .build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Adds a user without a password and waits until that is durable. */
  public Header userAddWithoutPassword(String name) {
    return await(userAddWithoutPasswordAsync(name), Effect.WRITES);
  }

  /** Asks which roles a user has. */
  public CompletableFuture<UserInfo> userGetAsync(String name) {
    return calls.call(
        AuthGrpc.getUserGetMethod(),
        AuthUserGetRequest.newBuilder().setName(name).build(),
        Effect.READS,
        WireAuth::user);
  }

  /** Asks which roles a user has and waits for them. */
  public UserInfo userGet(String name) {
    return await(userGetAsync(name), Effect.READS);
  }

  /** Lists the users. */
  public CompletableFuture<UserList> userListAsync() {
    return calls.call(
        AuthGrpc.getUserListMethod(),
        AuthUserListRequest.getDefaultInstance(),
        Effect.READS,
        WireAuth::users);
  }

  /** Lists the users and waits for them. */
  public UserList userList() {
    return await(userListAsync(), Effect.READS);
  }

  /** Deletes a user. {@code root} stays while authentication is on. */
  public CompletableFuture<Header> userDeleteAsync(String name) {
    return calls.call(
        AuthGrpc.getUserDeleteMethod(),
        AuthUserDeleteRequest.newBuilder().setName(name).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Deletes a user and waits until that is durable. */
  public Header userDelete(String name) {
    return await(userDeleteAsync(name), Effect.WRITES);
  }

  /** Gives a user another password. */
  public CompletableFuture<Header> userChangePasswordAsync(String name, String password) {
    return calls.call(
        AuthGrpc.getUserChangePasswordMethod(),
        AuthUserChangePasswordRequest.newBuilder().setName(name).setPassword(password).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Gives a user another password and waits until that is durable. */
  public Header userChangePassword(String name, String password) {
    return await(userChangePasswordAsync(name, password), Effect.WRITES);
  }

  /** Gives a user a role; one that the user has already is no error. */
  public CompletableFuture<Header> userGrantRoleAsync(String user, String role) {
    return calls.call(
        AuthGrpc.getUserGrantRoleMethod(),
        AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Gives a user a role and waits until that is durable. */
  public Header userGrantRole(String user, String role) {
    return await(userGrantRoleAsync(user, role), Effect.WRITES);
  }

  /** Takes a role from a user. */
  public CompletableFuture<Header> userRevokeRoleAsync(String user, String role) {
    return calls.call(
        AuthGrpc.getUserRevokeRoleMethod(),
        AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Takes a role from a user and waits until that is durable. */
  public Header userRevokeRole(String user, String role) {
    return await(userRevokeRoleAsync(user, role), Effect.WRITES);
  }

  /** Adds a role, which may do nothing yet. */
  public CompletableFuture<Header> roleAddAsync(String role) {
    return calls.call(
        AuthGrpc.getRoleAddMethod(),
        AuthRoleAddRequest.newBuilder().setName(role).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Adds a role and waits until that is durable. */
  public Header roleAdd(String role) {
    return await(roleAddAsync(role), Effect.WRITES);
  }

  /** Asks what a role may do. */
  public CompletableFuture<RoleInfo> roleGetAsync(String role) {
    return calls.call(
        AuthGrpc.getRoleGetMethod(),
        AuthRoleGetRequest.newBuilder().setRole(role).build(),
        Effect.READS,
        WireAuth::role);
  }

  /** Asks what a role may do and waits for the answer. */
  public RoleInfo roleGet(String role) {
    return await(roleGetAsync(role), Effect.READS);
  }

  /** Lists the roles. */
  public CompletableFuture<RoleList> roleListAsync() {
    return calls.call(
        AuthGrpc.getRoleListMethod(),
        AuthRoleListRequest.getDefaultInstance(),
        Effect.READS,
        WireAuth::roles);
  }

  /** Lists the roles and waits for them. */
  public RoleList roleList() {
    return await(roleListAsync(), Effect.READS);
  }

  /** Deletes a role, and takes it from every user. */
  public CompletableFuture<Header> roleDeleteAsync(String role) {
    return calls.call(
        AuthGrpc.getRoleDeleteMethod(),
        AuthRoleDeleteRequest.newBuilder().setRole(role).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Deletes a role and waits until that is durable. */
  public Header roleDelete(String role) {
    return await(roleDeleteAsync(role), Effect.WRITES);
  }

  /** Lets a role do something. What it may do on the very same range is replaced. */
  public CompletableFuture<Header> roleGrantPermissionAsync(String role, Permission permission) {
    return calls.call(
        AuthGrpc.getRoleGrantPermissionMethod(),
        AuthRoleGrantPermissionRequest.newBuilder()
            .setName(role)
            .setPerm(WireAuth.permission(permission))
            .build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Lets a role do something and waits until that is durable. */
  public Header roleGrantPermission(String role, Permission permission) {
    return await(roleGrantPermissionAsync(role, permission), Effect.WRITES);
  }

  /**
   * Takes from a role what it may do on a range, which must be one that was granted.
   *
   * @param rangeEnd the end, exclusive; empty for the single key, {@link Bytes#ZERO} for no end
   */
  public CompletableFuture<Header> roleRevokePermissionAsync(
      String role, Bytes key, Bytes rangeEnd) {
    return calls.call(
        AuthGrpc.getRoleRevokePermissionMethod(),
        AuthRoleRevokePermissionRequest.newBuilder()
            .setRole(role)
            .setKey(Wire.bytes(key))
            .setRangeEnd(Wire.bytes(rangeEnd))
            .build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Takes from a role what it may do on a range and waits until that is durable. */
  public Header roleRevokePermission(String role, Bytes key, Bytes rangeEnd) {
    return await(roleRevokePermissionAsync(role, key, rangeEnd), Effect.WRITES);
  }
}
