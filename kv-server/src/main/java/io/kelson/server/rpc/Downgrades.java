package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.kelson.api.DowngradeRequest;
import io.kelson.api.DowngradeResponse;
import io.kelson.api.EtcdError;
import io.kelson.server.KelsonVersion;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.proto.DowngradeChange;
import io.kelson.server.proto.InternalRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * etcd's Downgrade: whether members of the minor version before may be let in.
 *
 * <p>The cluster remembers what was said and Status repeats it; nothing else depends on it, as
 * nothing that Kelson writes depends on the version of the API it reports.
 */
final class Downgrades {
  private static final Pattern VERSION =
      Pattern.compile("v?(\\d{1,9})\\.(\\d{1,9})(\\.\\d{1,9}([-+].*)?)?");

  private final Proposals proposals;
  private final MaintenanceStore state;

  Downgrades(Proposals proposals, MaintenanceStore state) {
    this.proposals = proposals;
    this.state = state;
  }

  /** Answers, on the loop this is called on or the one of the proposal. */
  void carryOut(DowngradeRequest request, Reply<DowngradeResponse> reply, Headers headers) {
    switch (request.getAction()) {
      case VALIDATE -> {
        EtcdError error = check(request.getVersion());
        if (error == null) {
          reply.send(answer().setHeader(headers.at(0)).build());
        } else {
          reply.failed(error);
        }
      }
      case ENABLE -> {
        EtcdError error = check(request.getVersion());
        if (error == null) {
          propose(target(request.getVersion()), reply);
        } else {
          reply.failed(error);
        }
      }
      case CANCEL -> propose("", reply);
      case UNRECOGNIZED -> reply.failed(EtcdError.UNKNOWN_METHOD);
    }
  }

  private void propose(String target, Reply<DowngradeResponse> reply) {
    Outcome outcome =
        new Outcome() {
          @Override
          public void succeeded(MessageLite response) {
            reply.send(
                ((DowngradeResponse) response)
                    .toBuilder().setVersion(KelsonVersion.CLUSTER).build());
          }

          @Override
          public void failed(EtcdError error) {
            reply.failed(error);
          }
        };
    reply.waitsFor(
        proposals.submit(
            InternalRequest.newBuilder()
                .setDowngrade(DowngradeChange.newBuilder().setTarget(target)),
            CallLoop.current(),
            outcome));
  }

  private static DowngradeResponse.Builder answer() {
    return DowngradeResponse.newBuilder().setVersion(KelsonVersion.CLUSTER);
  }

  private EtcdError check(String version) {
    String target = target(version);
    if (target == null) {
      return EtcdError.WRONG_DOWNGRADE_FORMAT;
    }
    if (!target.equals(previousMinor())) {
      return EtcdError.INVALID_DOWNGRADE_TARGET;
    }
    return state.current().downgradeTarget().isEmpty() ? null : EtcdError.DOWNGRADE_IN_PROCESS;
  }

  /** As etcd keeps it: the patch level does not count. Null if it is no version. */
  private static String target(String version) {
    Matcher matcher = VERSION.matcher(version);
    return matcher.matches()
        ? Integer.parseInt(matcher.group(1)) + "." + Integer.parseInt(matcher.group(2)) + ".0"
        : null;
  }

  private static String previousMinor() {
    String[] parts = KelsonVersion.CLUSTER.split("\\.");
    return parts[0] + "." + (Integer.parseInt(parts[1]) - 1) + ".0";
  }
}
