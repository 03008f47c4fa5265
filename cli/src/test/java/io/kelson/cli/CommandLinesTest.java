package io.kelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLinesTest {
  private static CommandLines.Parsed parse(String... words) {
    return CommandLines.parse(List.of(words));
  }

  @Test
  void flagsMayStandAnywhereBehindTheirCommandAndGlobalOnesBeforeIt() {
    CommandLines.Parsed line =
        parse("--endpoints", "h:1", "-wjson", "get", "--limit=3", "a", "--prefix", "b", "--hex");

    assertThat(line.path()).containsExactly("get");
    assertThat(line.flags().arguments()).containsExactly("a", "b");
    assertThat(line.flags().text("endpoints", "")).isEqualTo("h:1");
    assertThat(line.flags().text("write-out", "")).isEqualTo("json");
    assertThat(line.flags().number("limit")).isEqualTo(3);
    assertThat(line.flags().isSet("prefix")).isTrue();
    assertThat(line.flags().isSet("hex")).isTrue();
  }

  @Test
  void aToggleTakesItsValueOnlyBehindAnEqualsSign() {
    assertThat(parse("get", "--prefix=false", "a").flags().isSet("prefix")).isFalse();
    assertThat(parse("get", "--prefix", "false").flags().arguments()).containsExactly("false");
  }

  @Test
  void dashesEndTheFlags() {
    assertThat(parse("put", "a", "--", "--hex", "-").flags().arguments())
        .containsExactly("a", "--hex", "-");
  }

  @Test
  void shortFlagsMayBeRunTogether() {
    assertThat(parse("elect", "-lw=json", "x").flags().text("write-out", "")).isEqualTo("json");
    assertThat(parse("elect", "-lw", "json", "x").flags().isSet("listen")).isTrue();
  }

  @Test
  void endpointsOfSeveralFlagsCount() {
    assertThat(parse("--endpoints=a:1", "--endpoints=b:2", "get").flags().text("endpoints", ""))
        .isEqualTo("a:1,b:2");
  }

  @Test
  void whatIsUnknownIsRefusedInTheWordsOfEtcdctl() {
    assertThatThrownBy(() -> parse("get", "--nope=1")).hasMessage("unknown flag: --nope");
    assertThatThrownBy(() -> parse("get", "-z")).hasMessage("unknown shorthand flag: 'z' in -z");
    assertThatThrownBy(() -> parse("get", "--limit")).hasMessage("flag needs an argument: --limit");
    assertThatThrownBy(() -> parse("member", "lsit"))
        .hasMessage("unknown command \"lsit\" for \"kelsonctl member\"")
        .isInstanceOfSatisfying(
            UsageException.class, e -> assertThat(e.command()).isEqualTo("kelsonctl member"));
  }

  @Test
  void aGroupIsNoCommand() {
    assertThat(parse("lease").command()).isNull();
    assertThat(parse("lease").path()).containsExactly("lease");
  }
}
