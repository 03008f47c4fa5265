package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthDisableResponse;
import io.kelson.api.AuthEnableRequest;
import io.kelson.api.AuthEnableResponse;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthRoleAddRequest;
import io.kelson.api.AuthRoleAddResponse;
import io.kelson.api.AuthRoleDeleteRequest;
import io.kelson.api.AuthRoleDeleteResponse;
import io.kelson.api.AuthRoleGetRequest;
import io.kelson.api.AuthRoleGetResponse;
import io.kelson.api.AuthRoleGrantPermissionRequest;
import io.kelson.api.AuthRoleGrantPermissionResponse;
import io.kelson.api.AuthRoleListRequest;
import io.kelson.api.AuthRoleListResponse;
import io.kelson.api.AuthRoleRevokePermissionRequest;
import io.kelson.api.AuthRoleRevokePermissionResponse;
import io.kelson.api.AuthStatusRequest;
import io.kelson.api.AuthStatusResponse;
import io.kelson.api.AuthUserAddRequest;
import io.kelson.api.AuthUserAddResponse;
import io.kelson.api.AuthUserChangePasswordRequest;
import io.kelson.api.AuthUserChangePasswordResponse;
import io.kelson.api.AuthUserDeleteRequest;
import io.kelson.api.AuthUserDeleteResponse;
import io.kelson.api.AuthUserGetRequest;
import io.kelson.api.AuthUserGetResponse;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.AuthUserGrantRoleResponse;
import io.kelson.api.AuthUserListRequest;
import io.kelson.api.AuthUserListResponse;
import io.kelson.api.AuthUserRevokeRoleRequest;
import io.kelson.api.AuthUserRevokeRoleResponse;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.AuthenticateResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.ResponseHeader;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.auth.Passwords;
import io.kelson.server.proto.AuthEnabling;
import io.kelson.server.proto.AuthNewPassword;
import io.kelson.server.proto.AuthNewUser;
import io.kelson.server.proto.InternalRequest;
import io.netty.util.concurrent.EventExecutor;
import java.security.SecureRandom;
import java.util.function.Supplier;

/**
 * etcdserverpb.Auth. Changes go through the log from any member; questions are answered from this
 * member's state once that is known to be fresh.
 */
final class AuthService extends AuthGrpc.AuthImplBase {
  private static final int TICKET_KEY_BYTES = 32;

  private final AuthGuard guard;
  private final AuthParts parts;
  private final Proposals proposals;
  private final StoreReads reads;
  private final Supplier<ResponseHeader> headers;
  private final Logins logins;

  AuthService(
      AuthGuard guard,
      AuthParts parts,
      Proposals proposals,
      StoreReads reads,
      Supplier<ResponseHeader> headers) {
    this.guard = guard;
    this.parts = parts;
    this.proposals = proposals;
    this.reads = reads;
    this.headers = headers;
    this.logins = new Logins(guard, parts, proposals, reads, headers);
  }

  @Override
  public void authenticate(
      AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
    logins.begin(request, Reply.to(AuthenticateResponse.class, observer));
  }

  @Override
  public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> observer) {
    Reply<AuthStatusResponse> reply = Reply.to(AuthStatusResponse.class, observer);
    reads.whenFresh(
        false,
        () -> {
          AuthState state = guard.state();
          reply.send(
              AuthStatusResponse.newBuilder()
                  .setHeader(headers.get())
                  .setEnabled(state.enabled())
                  .setAuthRevision(state.revision())
                  .build());
        },
        reply::failed);
  }

  @Override
  public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> observer) {
    byte[] key = new byte[TICKET_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    AuthEnabling enabling =
        AuthEnabling.newBuilder().setTicketKey(ByteString.copyFrom(key)).build();
    propose(
        InternalRequest.newBuilder().setAuthEnable(enabling),
        Reply.to(AuthEnableResponse.class, observer));
  }

  @Override
  public void authDisable(
      AuthDisableRequest request, StreamObserver<AuthDisableResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthDisable(request),
        Reply.to(AuthDisableResponse.class, observer));
  }

  @Override
  public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> observer) {
    Reply<AuthUserAddResponse> reply = Reply.to(AuthUserAddResponse.class, observer);
    AuthNewUser.Builder user = AuthNewUser.newBuilder().setName(request.getName());
    if (request.getOptions().getNoPassword()) {
      propose(InternalRequest.newBuilder().setAuthUserAdd(user.setNoPassword(true)), reply);
    } else {
      hash(
          request.getPassword(),
          hashed -> InternalRequest.newBuilder().setAuthUserAdd(user.setPasswordHash(hashed)),
          reply);
    }
  }

  @Override
  public void userChangePassword(
      AuthUserChangePasswordRequest request,
      StreamObserver<AuthUserChangePasswordResponse> observer) {
    hash(
        request.getPassword(),
        hashed ->
            InternalRequest.newBuilder()
                .setAuthUserChangePassword(
                    AuthNewPassword.newBuilder()
                        .setName(request.getName())
                        .setPasswordHash(hashed)),
        Reply.to(AuthUserChangePasswordResponse.class, observer));
  }

  /** A command with a password in it. */
  @FunctionalInterface
  private interface Hashed {
    InternalRequest.Builder command(ByteString hash);
  }

  /** Hashes away from the event loop, for those only who may go on. */
  private void hash(String password, Hashed then, Reply<?> reply) {
    if (Passwords.isTooLong(password)) {
      reply.failed(
          Status.INVALID_ARGUMENT
              .withDescription(
                  "kelson: the password is too long: bcrypt takes at most "
                      + Passwords.MAX_BYTES
                      + " bytes")
              .asRuntimeException());
      return;
    }
    Caller caller = AuthGuard.caller();
    EventExecutor loop = CallLoop.current();
    whenFresh(
        reply,
        (state, who) -> {
          state.requireRoot(who);
          Runnable work =
              () -> propose(then.command(parts.passwords().hash(password)), caller, loop, reply);
          if (!parts.threads().maybeExecute(work)) {
            reply.failed(EtcdError.TOO_MANY_REQUESTS);
          }
        });
  }

  @Override
  public void userDelete(
      AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthUserDelete(request),
        Reply.to(AuthUserDeleteResponse.class, observer));
  }

  @Override
  public void userGrantRole(
      AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthUserGrantRole(request),
        Reply.to(AuthUserGrantRoleResponse.class, observer));
  }

  @Override
  public void userRevokeRole(
      AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthUserRevokeRole(request),
        Reply.to(AuthUserRevokeRoleResponse.class, observer));
  }

  @Override
  public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthRoleAdd(request),
        Reply.to(AuthRoleAddResponse.class, observer));
  }

  @Override
  public void roleDelete(
      AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthRoleDelete(request),
        Reply.to(AuthRoleDeleteResponse.class, observer));
  }

  @Override
  public void roleGrantPermission(
      AuthRoleGrantPermissionRequest request,
      StreamObserver<AuthRoleGrantPermissionResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthRoleGrantPermission(request),
        Reply.to(AuthRoleGrantPermissionResponse.class, observer));
  }

  @Override
  public void roleRevokePermission(
      AuthRoleRevokePermissionRequest request,
      StreamObserver<AuthRoleRevokePermissionResponse> observer) {
    propose(
        InternalRequest.newBuilder().setAuthRoleRevokePermission(request),
        Reply.to(AuthRoleRevokePermissionResponse.class, observer));
  }

  private void propose(InternalRequest.Builder request, Reply<?> reply) {
    propose(request, AuthGuard.caller(), CallLoop.current(), reply);
  }

  private void propose(
      InternalRequest.Builder request, Caller caller, EventExecutor loop, Reply<?> reply) {
    EtcdError error = guard.sign(request, caller);
    if (error != null) {
      reply.failed(error);
    } else {
      reply.waitsFor(proposals.submit(request, loop, reply));
    }
  }

  @Override
  public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> observer) {
    Reply<AuthUserGetResponse> reply = Reply.to(AuthUserGetResponse.class, observer);
    whenFresh(
        reply,
        (state, who) -> {
          state.requireSelfOrRoot(who, request.getName());
          reply.send(
              AuthUserGetResponse.newBuilder()
                  .setHeader(headers.get())
                  .addAllRoles(state.rolesOf(request.getName()))
                  .build());
        });
  }

  @Override
  public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> observer) {
    Reply<AuthUserListResponse> reply = Reply.to(AuthUserListResponse.class, observer);
    whenFresh(
        reply,
        (state, who) -> {
          state.requireRoot(who);
          reply.send(
              AuthUserListResponse.newBuilder()
                  .setHeader(headers.get())
                  .addAllUsers(state.userNames())
                  .build());
        });
  }

  @Override
  public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> observer) {
    Reply<AuthRoleGetResponse> reply = Reply.to(AuthRoleGetResponse.class, observer);
    whenFresh(
        reply,
        (state, who) -> {
          state.requireHolderOrRoot(who, request.getRole());
          reply.send(
              AuthRoleGetResponse.newBuilder()
                  .setHeader(headers.get())
                  .addAllPerm(state.permissionsOf(request.getRole()))
                  .build());
        });
  }

  @Override
  public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> observer) {
    Reply<AuthRoleListResponse> reply = Reply.to(AuthRoleListResponse.class, observer);
    whenFresh(
        reply,
        (state, who) -> {
          state.requireRoot(who);
          reply.send(
              AuthRoleListResponse.newBuilder()
                  .setHeader(headers.get())
                  .addAllRoles(state.roleNames())
                  .build());
        });
  }

  /** Something to do with the state, once it is known to be fresh. */
  @FunctionalInterface
  private interface Question {
    void ask(AuthState state, Identity who);
  }

  private void whenFresh(Reply<?> reply, Question question) {
    Caller caller = AuthGuard.caller();
    reads.whenFresh(
        false,
        () -> {
          try {
            AuthState state = guard.state();
            question.ask(state, AuthGuard.identify(caller, state));
          } catch (AuthException e) {
            reply.failed(e.error());
          }
        },
        reply::failed);
  }
}
