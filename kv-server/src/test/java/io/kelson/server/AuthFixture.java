package io.kelson.server;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.AuthEnableRequest;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthRoleAddRequest;
import io.kelson.api.AuthRoleGrantPermissionRequest;
import io.kelson.api.AuthUserAddRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.auth.Permission;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** A connection to a member, and what tests of users do over it again and again. */
final class AuthFixture {
  static final String ROOT_PASSWORD = "Ein-Geheimnis-der-Wurzel";

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  final ManagedChannel channel;

  AuthFixture(KelsonServer server) {
    URI url = URI.create(server.clientUrls().get(0));
    channel = NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build();
  }

  /** Root with a password, and authentication on; returns root's token. */
  String enable() {
    addUser("root", ROOT_PASSWORD, "");
    grantRole("root", "root", "");
    auth("").authEnable(AuthEnableRequest.getDefaultInstance());
    return login("root", ROOT_PASSWORD);
  }

  AuthGrpc.AuthBlockingStub auth(String token) {
    return with(token, AuthGrpc.newBlockingStub(channel));
  }

  String login(String user, String password) {
    return auth("")
        .authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
        .getToken();
  }

  void addUser(String name, String password, String token) {
    auth(token)
        .userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build());
  }

  void grantRole(String user, String role, String token) {
    auth(token)
        .userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
  }

  /** A user with a role of the same name, who has one right; the password is the name. */
  String addUserWith(Permission.Type type, String name, String key, String end, String token) {
    auth(token).roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
    grant(name, type, key, end, token);
    addUser(name, name, token);
    grantRole(name, name, token);
    return login(name, name);
  }

  void grant(String role, Permission.Type type, String key, String end, String token) {
    auth(token)
        .roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(
                    Permission.newBuilder()
                        .setPermType(type)
                        .setKey(bytes(key))
                        .setRangeEnd(bytes(end)))
                .build());
  }

  /** A stub that sends a token; none if it is empty. */
  static <S extends AbstractStub<S>> S with(String token, S stub) {
    S patient = stub.withDeadlineAfter(60, TimeUnit.SECONDS);
    return token.isEmpty()
        ? patient
        : patient.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata(token)));
  }

  static Metadata metadata(String token) {
    Metadata metadata = new Metadata();
    if (!token.isEmpty()) {
      metadata.put(TOKEN, token);
    }
    return metadata;
  }

  /** Code and text of what a call came to. */
  static String errorOf(StatusRuntimeException e) {
    return e.getStatus().getCode() + " " + e.getStatus().getDescription();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  void close() throws InterruptedException {
    channel.shutdownNow().awaitTermination(60, TimeUnit.SECONDS);
  }
}
