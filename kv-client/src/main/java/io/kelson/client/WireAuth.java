package io.kelson.client;

import io.kelson.api.AuthRoleGetResponse;
import io.kelson.api.AuthRoleListResponse;
import io.kelson.api.AuthStatusResponse;
import io.kelson.api.AuthUserGetResponse;
import io.kelson.api.AuthUserListResponse;
import io.kelson.api.AuthenticateResponse;

/** Messages of the Auth service to records and back. */
final class WireAuth {
  private WireAuth() {}

  static AuthStatus status(AuthStatusResponse response) {
    return new AuthStatus(
        Wire.header(response.getHeader()), response.getEnabled(), response.getAuthRevision());
  }

  static AuthToken token(AuthenticateResponse response) {
    return new AuthToken(Wire.header(response.getHeader()), response.getToken());
  }

  static UserInfo user(AuthUserGetResponse response) {
    return new UserInfo(Wire.header(response.getHeader()), response.getRolesList());
  }

  static UserList users(AuthUserListResponse response) {
    return new UserList(Wire.header(response.getHeader()), response.getUsersList());
  }

  static RoleInfo role(AuthRoleGetResponse response) {
    return new RoleInfo(
        Wire.header(response.getHeader()),
        response.getPermList().stream().map(WireAuth::permission).toList());
  }

  static RoleList roles(AuthRoleListResponse response) {
    return new RoleList(Wire.header(response.getHeader()), response.getRolesList());
  }

  static io.kelson.api.auth.Permission permission(Permission permission) {
    return io.kelson.api.auth.Permission.newBuilder()
        .setPermTypeValue(permission.type().ordinal())
        .setKey(Wire.bytes(permission.key()))
        .setRangeEnd(Wire.bytes(permission.rangeEnd()))
        .build();
  }

  private static Permission permission(io.kelson.api.auth.Permission message) {
    return new Permission(
        switch (message.getPermType()) {
          case READ -> Permission.Type.READ;
          case WRITE -> Permission.Type.WRITE;
          case READWRITE -> Permission.Type.READWRITE;
          case UNRECOGNIZED ->
              throw new EtcdException(
                  ErrorCode.INTERNAL,
                  "the server names a kind of permission unknown here: "
                      + message.getPermTypeValue(),
                  null);
        },
        Wire.bytes(message.getKey()),
        Wire.bytes(message.getRangeEnd()));
  }
}
