package io.kelson.cli;

import java.util.List;

/** The command lines that both tools run; a line is split the way txn input is. */
final class Script {
  static final long LEASE = 0x7a11;

  /**
   * One run of a tool.
   *
   * @param line the arguments
   * @param input standard input
   */
  record Step(String line, String input) {
    List<String> arguments() {
      return Words.of(line);
    }
  }

  /**
   * A run that does not end by itself.
   *
   * @param lines how many lines of output to wait for
   * @param closeInput how it is ended: by the end of its input, else by a signal
   */
  record WatchStep(String line, String input, int lines, boolean closeInput) {
    List<String> arguments() {
      return Words.of(line);
    }
  }

  private static final String TXN =
      "val(\"a\") = \"1\"\n\nput t 1\nget a\n\nput t 2\nget b\ndel q\n\n";

  /** Reads and writes, in an order that matters. */
  static final List<Step> STEPS =
      List.of(
          step("put a 1"),
          step("put a 2 --prev-kv"),
          step("put b \"\""),
          step("put c x -w json"),
          step("put c y --prev-kv -w json"),
          step("put c y --prev-kv -w fields"),
          step("put c y -w fields"),
          step("put c y -w protobuf"),
          step("--write-out=json put c z"),
          step("put"),
          step("put lonely"),
          step("put piped", "first\nsecond\n"),
          step("put piped", "no newline"),
          step("put missing --ignore-value"),
          step("put a --ignore-value"),
          step("put a --ignore-value --prev-kv"),
          step("put a b --ignore-value"),
          step("put \"\" b"),
          step("put a b extra"),
          step("put a b --lease=zz"),
          step("put a b --lease=12ab"),
          step("put l v --lease=7a11"),
          step("put l w --ignore-lease"),
          step("put l w --ignore-lease --lease=12"),
          step("put dash -- -value"),
          step("put -- -key value"),
          step("put odd \"x\\x01\\xff\\\"\\\\\\n\\t\\u0085é€😀\\x7f\\a\u00a0\""),
          step("put --bad-flag a b"),
          step("get a"),
          step("get nothing"),
          step("get nothing -w json"),
          step("get nothing -w fields"),
          step("get \"\" --prefix"),
          step("get --prefix \"\" -w json"),
          step("get \"\" --from-key -w protobuf"),
          step("get --prefix=true p"),
          step("get \"\" --prefix --keys-only"),
          step("get \"\" --prefix --keys-only -w json"),
          step("get \"\" --prefix --print-value-only"),
          step("get a --print-value-only -w json"),
          step("get a --print-value-only --keys-only"),
          step("get \"\" --prefix --limit 1 -w json"),
          step("get \"\" --prefix --limit=2 -w fields"),
          step("get a c"),
          step("get c a"),
          step("get b --from-key --limit=1"),
          step("get \"\" --prefix --order=descend --sort-by=modify --keys-only"),
          step("get \"\" --prefix --order=ASCEND --sort-by=VERSION --keys-only"),
          step("get \"\" --prefix --sort-by=CREATE --keys-only"),
          step("get \"\" --prefix --order=bad"),
          step("get \"\" --prefix --sort-by=bad"),
          step("get a --consistency=s"),
          step("get a --consistency=x"),
          step("get a --rev 3"),
          step("get a --rev=0x2"),
          step("get a --rev=3000"),
          step("get a --rev=-1"),
          step("get a --limit=-1"),
          step("get"),
          step("get a b c"),
          step("get a b --prefix"),
          step("get a --prefix --from-key"),
          step("get \"\""),
          step("get l -w json"),
          step("get l -w fields"),
          step("get l --hex"),
          step("get l --hex -w json"),
          step("get l --hex -w fields"),
          step("get odd"),
          step("get odd --hex"),
          step("get odd -w fields"),
          step("get odd -wjson"),
          step("get odd -w bogus"),
          step("get odd -w table"),
          step("txn", TXN),
          step("txn -w json", TXN),
          step("txn -w fields", TXN),
          step("txn -w protobuf", TXN),
          step("txn -i", TXN),
          step("txn", "\n\n\n"),
          step("txn --interactive -w json", "\n\n\n"),
          step("txn", ""),
          step("txn", "\nput a b\n"),
          step("txn", "\nput a\n\n\n"),
          step("txn", "\nput a --prev-kv 5\nput b --prev-kv bb\n\n\n"),
          step("txn -w json", "\nput a --prev-kv 5\ndel b --prev-kv\n\n\n"),
          step("txn -w fields", "\nput a --prev-kv 5\ndel b --prev-kv\n\n\n"),
          step("txn", "\nput a \"x y\" \n get a \n\n\n"),
          step("txn", "\nput a 1\nput a 2\n\n\n"),
          step("txn", "\nfoo a 1\n\n\n"),
          step("txn", "\nget a b --prefix\n\n\n"),
          step("txn", "\nget a --bogus\n\n\n"),
          step("txn", "\nget\n\n\n"),
          step("txn", "\nget \"\" --prefix --keys-only\nget a --rev=3\n\n\n"),
          step("txn", "bad\n\n\n\n"),
          step("txn", "val(a) = 1\n\n\n\n"),
          step("txn", "ver(\"a\") = \"x\"\n\n\n\n"),
          step("txn", "foo(\"a\") = \"x\"\n\n\n\n"),
          step("txn", "version(\"a\") > 0\n\n\n\n"),
          step(
              "txn",
              "version(\"a\") > \"0\"\ncreate(\"a\") > \"1\"\nmod(\"a\") > \"0\"\nc(\"a\") < \"1000\"\n"
                  + "m(\"a\") != \"7\"\nvalue(\"a\") != \"7\"\n\nget a\n\n\n"),
          step("txn", "val(\"a b\") = \"x=y<\"\n\nget a\n\n\n"),
          step("txn unexpected", ""),
          step("put z1 1"),
          step("put z2 2"),
          step("put z3 3"),
          step("put z4 3"),
          step("put z5 5"),
          step("del z1"),
          step("del z1"),
          step("del z2 --prev-kv"),
          step("del z3 --prev-kv -w json"),
          step("del z3 -w json"),
          step("del z4 --prev-kv -w fields"),
          step("del z5 -w protobuf"),
          step("del"),
          step("del a b c"),
          step("del a b --prefix"),
          step("del a --prefix --from-key"),
          step("del zz --prefix -w json"),
          step("del z a"),
          step("del p q --prev-kv"),
          step("member list"),
          step("member list -w json"),
          step("member list -w fields"),
          step("member list -w table"),
          step("member list -w protobuf"),
          step("member list -w bogus"),
          step("endpoint status -w json"),
          step("endpoint status --cluster -w json"),
          step("endpoint status -w protobuf"),
          step("endpoint health"),
          step("endpoint health --cluster"),
          step("endpoint health -w protobuf"),
          step("watch"),
          step("watch a b --prefix"),
          step("watch -- echo"),
          step("watch b a"),
          step("watch -i", ""),
          step("nonsense"),
          step("--nonsense get a"));

  /** Watches over what {@link #STEPS} left behind. */
  static final List<WatchStep> WATCHES =
      List.of(
          new WatchStep("watch a --rev=2", "", 12, false),
          new WatchStep("watch z --prefix --rev=2 --prev-kv", "", 30, false),
          new WatchStep("watch z1 z3 --rev=2 -w fields", "", 32, false),
          new WatchStep("watch z --prefix --rev=2 -w json --prev-kv", "", 1, false),
          new WatchStep("watch odd --rev=2 --hex", "", 3, false),
          new WatchStep(
              "watch z1 --rev=2 -- sh -c 'echo $ETCD_WATCH_REVISION $ETCD_WATCH_EVENT_TYPE'",
              "",
              8,
              false),
          new WatchStep("watch -i", "watch z1 --rev=2\n", 6, true),
          new WatchStep("watch -i -w json", "watch z1 --prev-kv --rev=2\n", 1, true));

  private Script() {}

  private static Step step(String line) {
    return step(line, "");
  }

  private static Step step(String line, String input) {
    return new Step(ByteText.ofReadable(line), input);
  }
}
