package io.kelson.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The command lines on leases, members, users and the rest, run after {@link Script}. {@code
 * {lease}} and {@code {member}} stand for the id that the last {@code lease grant} or {@code member
 * add} gave out.
 */
final class AdminScript {
  /** In an order that matters; what is compacted and added here stays so. */
  static final List<Script.Step> STEPS = new ArrayList<>();

  /** Lines that do not end by themselves. */
  static final List<Script.WatchStep> HELD =
      List.of(
          new Script.WatchStep("lock held", "", 2, false),
          new Script.WatchStep("lock held --ttl=20 -w json", "", 1, false),
          new Script.WatchStep("lock held -w fields", "", 12, false),
          new Script.WatchStep("lock held -- sh -c 'echo $ETCD_LOCK_REV'", "", 1, true),
          new Script.WatchStep("elect race me", "", 2, false),
          new Script.WatchStep("elect race me -w json", "", 1, false),
          new Script.WatchStep("elect race \"a proposal\" -w fields", "", 12, false),
          new Script.WatchStep("lease keep-alive 7a11", "", 1, false));

  static {
    leases();
    users();
    roles();
    members();
    maintenance();
  }

  private AdminScript() {}

  private static void add(String... lines) {
    for (String line : lines) {
      STEPS.add(new Script.Step(line, ""));
    }
  }

  private static void leases() {
    add(
        "lease grant",
        "lease grant x",
        "lease grant 1 2",
        "lease grant 100",
        "put on-lease v --lease={lease}",
        "lease timetolive {lease}",
        "lease timetolive {lease} --keys",
        "lease timetolive {lease} --keys -w json",
        "lease timetolive {lease} -w fields --keys",
        "lease revoke {lease}",
        "lease revoke {lease}",
        "lease timetolive {lease}",
        "get on-lease",
        "lease grant 100 -w fields",
        "lease grant 100 -w json",
        "lease grant 100 -w protobuf",
        "lease grant 100",
        "lease revoke {lease} -w json",
        "lease grant 100",
        "lease revoke {lease} -w fields",
        "lease timetolive",
        "lease timetolive zz",
        "lease timetolive 12ab",
        "lease timetolive 12ab -w json",
        "lease timetolive 12ab -w fields",
        "lease timetolive 7a11 -w protobuf",
        "lease keep-alive 7a11 --once",
        "lease keep-alive --once=true 7a11 -w json",
        "lease keep-alive 7a11 --once -w fields",
        "lease keep-alive 12ab --once",
        "lease keep-alive",
        "lease keep-alive zz",
        "lease revoke",
        "lease revoke zz",
        "lease revoke 12ab",
        "lease list",
        "lease list -w json",
        "lease list -w fields");
  }

  private static void users() {
    add("user add alice:secret", "user add alice:secret", "user add bob:b -w json");
    STEPS.add(new Script.Step("user add carol --interactive=false", "secret\n"));
    STEPS.add(new Script.Step("user passwd carol --interactive=false", "other\n"));
    STEPS.add(new Script.Step("user passwd nobody --interactive=false", "other\n"));
    STEPS.add(new Script.Step("user add dave", ""));
    add(
        "user add dave --no-password",
        "user add erin --new-user-password=x -w fields",
        "user add frank:pw -w protobuf",
        "user add",
        "user add :pw",
        "user add a b",
        "user list",
        "user list -w json",
        "user list -w protobuf",
        "user list -w fields",
        "user list x",
        "user get alice",
        "user get alice -w json",
        "user get alice -w fields",
        "user get nobody",
        "user get",
        "user delete frank",
        "user delete frank",
        "user delete erin -w json",
        "user delete bob -w fields",
        "user delete",
        "user passwd");
  }

  private static void roles() {
    add(
        "role add readers",
        "role add readers",
        "role add writers -w json",
        "role add",
        "role list",
        "role list -w json",
        "role list -w protobuf",
        "role list x",
        "role get readers",
        "role grant-permission readers read a b",
        "role grant-permission readers READ one",
        "role grant-permission readers readwrite app/ --prefix",
        "role grant-permission readers write z --from-key -w json",
        "role grant-permission readers read \"\" --prefix -w fields",
        "role grant-permission readers read a b --prefix",
        "role grant-permission readers read a b --from-key",
        "role grant-permission readers read a --prefix --from-key",
        "role grant-permission readers bad a",
        "role grant-permission readers read",
        "role grant-permission nobody read a",
        "role get readers",
        "role get readers -w json",
        "role get readers -w fields",
        "role get readers -w protobuf",
        "role get nobody",
        "role get",
        "user grant-role alice readers",
        "user grant-role alice nobody",
        "user grant-role alice",
        "user grant-role carol readers -w json",
        "user get alice",
        "user get alice -w json",
        "user get alice --detail",
        "user get alice --detail -w json",
        "user get alice --detail -w fields",
        "user revoke-role alice readers",
        "user revoke-role alice readers",
        "user revoke-role carol readers -w fields",
        "user revoke-role alice",
        "role revoke-permission readers a b",
        "role revoke-permission readers a b",
        "role revoke-permission readers one",
        "role revoke-permission readers app/ --prefix -w json",
        "role revoke-permission readers z --from-key",
        "role revoke-permission readers",
        "role get readers",
        "role delete readers",
        "role delete readers",
        "role delete writers -w fields",
        "role delete",
        "auth enable",
        "auth enable x",
        "auth disable",
        "user add root:pass",
        "auth enable",
        "get a",
        "--user=root:wrong get a",
        "--user=root:pass get a",
        "--user=root --password=pass get a --keys-only",
        "--user=carol:other get a",
        "--user=carol:other put a b",
        "--user=root:pass user list",
        "--user=root:pass auth disable",
        "get a --keys-only",
        "auth disable x");
  }

  private static void members() {
    add(
        "member add",
        "member add late",
        "member add late --peer-urls=bad",
        "member add late --peer-urls=http://127.0.0.1",
        "member add late --peer-urls=http://127.0.0.1:2380/path",
        "member add late --learner --peer-urls=http://127.0.0.1:7",
        "member list -w json",
        "member update {member} --peer-urls=http://127.0.0.1:8",
        "member update {member} --peer-urls=http://127.0.0.1:9 -w json",
        "member promote {member}",
        "member add again --learner --peer-urls=http://127.0.0.1:9",
        "member remove {member}",
        "member remove {member}",
        "member add late --learner --peer-urls=http://127.0.0.1:11 -w json",
        "member remove {member} -w json",
        "member remove",
        "member remove zz",
        "member remove 12",
        "member update",
        "member update zz",
        "member update 12",
        "member update 12 --peer-urls=http://127.0.0.1:12",
        "member promote",
        "member promote zz",
        "member promote 12",
        "member list");
  }

  private static void maintenance() {
    add(
        "move-leader",
        "move-leader zz",
        "move-leader 12",
        "alarm list",
        "alarm list -w json",
        "alarm list x",
        "alarm disarm",
        "alarm disarm -w json",
        "alarm disarm x",
        "defrag",
        "defrag --cluster",
        "endpoint hashkv -w protobuf",
        "lock",
        "elect",
        "elect a",
        "elect a b c",
        "elect a b -l",
        "lock held true",
        "lock held no-such-program-here",
        "make-mirror",
        "compaction",
        "compaction x",
        "compaction 100000",
        "compaction 0",
        "compaction 5",
        "compaction 5",
        "compaction 6 --physical",
        "get a --rev=2",
        "watch a --rev=2");
  }
}
