package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthGrpc;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchResponse;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.lock.LockGrpc;
import io.kelson.server.AuthMatrixCases.Case;
import io.kelson.server.AuthMatrixCases.Who;
import io.kelson.server.rpc.AuthRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every call of the API with every option that bears on rights, made by every kind of caller.
 *
 * <p>Calls and fields are found in the descriptors: a call or a field that nobody has said anything
 * about in {@link AuthMatrixCases} fails the test, so that it cannot be added without somebody
 * thinking of who may use it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class AuthMatrixTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Set<String> AUTH_ERRORS =
      Set.of(
          EtcdError.PERMISSION_DENIED.text(),
          EtcdError.USER_EMPTY.text(),
          EtcdError.INVALID_AUTH_TOKEN.text(),
          EtcdError.AUTH_OLD_REVISION.text());

  private static final String NO_ANSWER = "no answer";

  private KelsonServer server;
  private AuthFixture fixture;
  private AuthMatrixCases cases;
  private final Map<String, io.grpc.MethodDescriptor<?, ?>> methods = new HashMap<>();

  @BeforeAll
  void start(@TempDir Path temp) throws Exception {
    server = KelsonServer.builder().dataDir(temp).start();
    assertThat(server.awaitReady(PATIENCE)).isTrue();
    fixture = new AuthFixture(server);
    cases = new AuthMatrixCases(fixture);
    List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor(),
            HealthGrpc.getServiceDescriptor())
        .forEach(
            service ->
                service.getMethods().forEach(one -> methods.put(one.getFullMethodName(), one)));
  }

  @AfterAll
  void stop() throws Exception {
    fixture.close();
    server.close();
  }

  private static List<MethodDescriptor> declared() {
    List<MethodDescriptor> declared = new ArrayList<>();
    List<FileDescriptor> files =
        List.of(
            RangeRequest.getDescriptor().getFile(),
            io.kelson.api.lock.LockRequest.getDescriptor().getFile(),
            io.kelson.api.election.CampaignRequest.getDescriptor().getFile(),
            HealthCheckRequest.getDescriptor().getFile());
    for (FileDescriptor file : files) {
      for (ServiceDescriptor service : file.getServices()) {
        declared.addAll(service.getMethods());
      }
    }
    return declared;
  }

  private static String name(MethodDescriptor method) {
    return method.getService().getFullName() + "/" + method.getName();
  }

  @Test
  void everyCallHasARuleAndEveryRuleACall() {
    Set<String> names = new TreeSet<>();
    declared().forEach(method -> names.add(name(method)));
    assertThat(new TreeSet<>(AuthRules.all().keySet())).isEqualTo(names);
    assertThat(names).isEqualTo(new TreeSet<>(methods.keySet()));
  }

  @Test
  void everyFieldOfARequestIsClassified() {
    Set<String> fields = new TreeSet<>();
    Set<String> seen = new LinkedHashSet<>();
    declared().forEach(method -> collect(method.getInputType(), fields, seen));
    assertThat(new TreeSet<>(AuthMatrixCases.FIELDS.keySet())).isEqualTo(fields);
  }

  private static void collect(Descriptor type, Set<String> fields, Set<String> seen) {
    if (!seen.add(type.getFullName())) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      fields.add(AuthMatrixCases.nameOf(field));
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType(), fields, seen);
      }
    }
  }

  @Test
  void everyCallerMayDoWhatIsHisAndNothingElse() throws Exception {
    cases.prepare();
    List<String> wrong = new ArrayList<>();
    Set<String> exercised = new TreeSet<>();
    int cells = 0;
    int refusals = 0;
    for (MethodDescriptor method : declared()) {
      String name = name(method);
      List<Case> all = cases.of(name);
      assertThat(all).as("cases of " + name).isNotEmpty();
      exercised.add(name);
      for (Case one : all) {
        for (Who who : Who.values()) {
          if (one.mayBeTriedBy(who)) {
            String outcome = call(methods.get(name), one.request().apply(who), who);
            String expected = one.expectedFor(who);
            boolean refused = AUTH_ERRORS.contains(outcome);
            if (expected.isEmpty()
                ? refused || outcome.equals(NO_ANSWER)
                : !outcome.equals(expected)) {
              wrong.add(name + " [" + one.label() + "] by " + who + ": " + outcome);
            }
            cells++;
            refusals += refused ? 1 : 0;
          }
        }
      }
    }
    // What ends everything comes last.
    String disabled =
        call(AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance(), Who.ROOT);
    assertThat(disabled).isEmpty();
    cells++;
    System.out.printf(
        "authorisation matrix: %d cells over %d calls and %d fields, %d of them refusals%n",
        cells, exercised.size(), AuthMatrixCases.FIELDS.size(), refusals);
    assertThat(wrong).isEmpty();
    assertThat(cells).isGreaterThan(1_000);
  }

  /** The error text that a call came to, or nothing if there was an answer. */
  @SuppressWarnings("unchecked")
  private String call(io.grpc.MethodDescriptor<?, ?> method, Message request, Who who)
      throws Exception {
    io.grpc.MethodDescriptor<Message, Message> typed =
        (io.grpc.MethodDescriptor<Message, Message>) method;
    CompletableFuture<String> outcome = new CompletableFuture<>();
    ClientCall<Message, Message> call =
        fixture.channel.newCall(typed, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Message message) {
            outcome.complete(message instanceof WatchResponse watch ? reasonOf(watch) : "");
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            outcome.complete(status.isOk() ? "" : "" + status.getDescription());
          }
        },
        AuthFixture.metadata(cases.token(who)));
    call.sendMessage(request);
    if (typed.getType().clientSendsOneMessage()) {
      call.halfClose();
    }
    call.request(1);
    try {
      return outcome.get(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return NO_ANSWER;
    } finally {
      call.cancel("seen enough", null);
    }
  }

  /** The text in the long form of an error. */
  private static String reasonOf(WatchResponse response) {
    String reason = response.getCancelReason();
    int text = reason.indexOf(" desc = ");
    return text < 0 ? reason : reason.substring(text + " desc = ".length());
  }
}
