package io.kelson.chaos.check;

import io.kelson.api.EtcdError;
import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.AuthRecord.Kind;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.WatchEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks that rights are in force when they have been granted, and no longer when they have been
 * taken away, at every member:
 *
 * <ul>
 *   <li>no call of a user succeeds if at no moment between its beginning and its end the user can
 *       have had the rights it takes;
 *   <li>none is denied if the user must have had them all the time;
 *   <li>nothing that was denied is in the log or in a member's store;
 *   <li>nobody's password, which never becomes another, is called wrong.
 * </ul>
 *
 * <p>What can and what must have been in force says {@link AuthRegister}. Only calls of clients
 * that signed in are judged, and of users that are not root; serializable reads are not, since they
 * may be as old as what they read. Values are believed to be unique.
 */
public final class AuthChecker implements Checker {
  private static final String ROOT = "root";

  private record Write(Bytes key, Bytes value) {}

  @Override
  public String name() {
    return "auth";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    AuthRights rights = new AuthRights(evidence.auths());
    Map<Long, String> users = new HashMap<>();
    for (AuthRecord record : evidence.auths()) {
      if (record.kind() == Kind.SIGN_IN) {
        users.put(record.client(), record.user());
      } else {
        findings.count("changes-" + record.status().name().toLowerCase(Locale.ROOT), 1);
      }
    }
    Map<Write, Operation> denied = new HashMap<>();
    for (Operation op : evidence.operations()) {
      String user = users.getOrDefault(op.client(), ROOT);
      if (!user.equals(ROOT) && Calls.linearizable(op.call())) {
        judge(op, user, rights, findings);
        if (isDenied(op)) {
          Calls.forEachStep(op.call(), step -> note(step, op, denied));
        }
      }
    }
    unseen(evidence, denied, findings);
    if (findings.counted("without-right") == 0 || findings.counted("with-right") == 0) {
      findings.undecided("no call that had to be allowed, or none that had to be denied");
    }
    return findings.verdict("rights are in force from grant to revocation", "judged");
  }

  private static boolean isDenied(Operation op) {
    return op.status() == Status.FAILED && op.error().contains(EtcdError.PERMISSION_DENIED.text());
  }

  private static void judge(Operation op, String user, AuthRights rights, Findings findings) {
    if (op.status() == Status.FAILED && op.error().contains(EtcdError.AUTH_FAILED.text())) {
      findings.add(
          "a good password was refused: user %s\n  %s".formatted(user, Describe.operation(op)));
      return;
    }
    if (!Calls.ok(op) && !isDenied(op)) {
      findings.count("without-answer", 1);
      return;
    }
    long start = op.startNanos();
    long end = op.endNanos();
    Set<AuthNeed> needs = AuthNeed.of(op.call());
    List<AuthNeed> lacking =
        needs.stream().filter(need -> !rights.maybe(user, need, start, end)).toList();
    boolean mustPass =
        lacking.isEmpty() && needs.stream().allMatch(n -> rights.surely(user, n, start, end));
    if (lacking.isEmpty() && !mustPass) {
      findings.count("while-changing", 1);
      return;
    }
    findings.count("judged", 1);
    findings.count(mustPass ? "with-right" : "without-right", 1);
    if (mustPass && isDenied(op)) {
      findings.add(
          "denied though the right was there: "
              + describe(op, user, needs.iterator().next(), rights));
    } else if (!mustPass && Calls.ok(op)) {
      findings.add("done without the right: " + describe(op, user, lacking.get(0), rights));
    }
  }

  private static void note(Op step, Operation op, Map<Write, Operation> denied) {
    if (step.kind() == Op.Kind.PUT && !((PutOp) step).ignoreValue()) {
      PutOp put = (PutOp) step;
      denied.put(new Write(put.key(), put.value()), op);
    }
  }

  private static void unseen(Evidence evidence, Map<Write, Operation> denied, Findings findings) {
    evidence
        .log()
        .forEach(
            batch ->
                batch.events().stream()
                    .filter(event -> event.type() == WatchEvent.Type.PUT)
                    .forEach(event -> unseen(event.kv(), "the log", denied, findings)));
    evidence
        .finals()
        .forEach(
            (member, state) -> state.kvs().forEach(kv -> unseen(kv, member, denied, findings)));
  }

  private static void unseen(
      KeyValue kv, String where, Map<Write, Operation> denied, Findings findings) {
    Operation op = denied.get(new Write(kv.key(), kv.value()));
    if (op != null) {
      findings.add(
          "denied and done: %s is in %s\n  %s"
              .formatted(Describe.keyValue(kv), where, Describe.operation(op)));
    }
  }

  private static String describe(Operation op, String user, AuthNeed need, AuthRights rights) {
    return "user %s, %s %s\n  %s%s"
        .formatted(
            user,
            need.writes() ? "to write" : "to read",
            need.key(),
            Describe.operation(op),
            rights.about(user, need, op.startNanos(), op.endNanos()).stream()
                .map(change -> "\n  " + Describe.change(change))
                .collect(Collectors.joining()));
  }
}
