package io.kelson.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Writes the completion script of a shell: commands, their flags, and what flags choose from. */
final class Completion {
  private Completion() {}

  /** The script for {@code bash}, {@code zsh} or {@code fish}. */
  static String script(String shell) {
    return switch (shell) {
      case "bash" -> bash();
      case "zsh" -> "#compdef kelsonctl\nautoload -U +X bashcompinit && bashcompinit\n" + bash();
      case "fish" -> fish();
      default -> throw new IllegalArgumentException(shell);
    };
  }

  private static String bash() {
    StringBuilder script = new StringBuilder(4096);
    script.append(
        """
        # Completion of kelsonctl's commands and flags.
        _kelsonctl() {
          local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} first= second= word i words=
          for ((i = 1; i < COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]}
            case $word in
        """);
    script.append("      ").append(String.join("|", globalsWithValue()));
    script.append(
        """
        )
                ((i++))
                [ "${COMP_WORDS[i]}" != = ] || ((i++))
                ;;
              :) ((i++)) ;;
              -* | =) ;;
              *)
                if [ -z "$first" ]; then first=$word; elif [ -z "$second" ]; then second=$word; fi
                ;;
            esac
          done
          [ "$before" != = ] || { [ "$COMP_CWORD" -lt 2 ] || before=${COMP_WORDS[COMP_CWORD-2]}; }
          [ "$current" != = ] || current=
          case $before in
        """);
    for (String[] choice : CHOICES) {
      script.append("    ").append(choice[0]).append(") words='").append(choice[1]);
      script.append("' ;;\n");
    }
    script.append(
        """
            --cacert | --cert | --key | --dest-cacert | --dest-cert | --dest-key)
              COMPREPLY=($(compgen -f -- "$current"))
              return
              ;;
          esac
          if [ -z "$words" ]; then
            case "$first $second" in
        """);
    for (String name : Commands.names()) {
      Command.Form form = Commands.named(name).form();
      String pattern = form.words().size() == 1 ? "'" + name + " '*" : "'" + name + "'";
      script.append("      ").append(pattern).append(") words='").append(flags(form));
      script.append("' ;;\n");
    }
    for (String group : groups()) {
      script.append("      '").append(group).append(" '*) words='");
      script.append(String.join(" ", members(group))).append("' ;;\n");
    }
    script.append("      *) words='").append(String.join(" ", firstWords())).append("' ;;\n");
    script.append("    esac\n    case $current in -*) words=\"$words ");
    script.append(String.join(" ", globals())).append("\" ;; esac\n");
    script.append(
        """
          fi
          COMPREPLY=($(compgen -W "$words" -- "$current"))
        }
        complete -o default -F _kelsonctl kelsonctl
        """);
    return script.toString();
  }

  private static String fish() {
    StringBuilder script = new StringBuilder(4096);
    script.append("# Completion of kelsonctl's commands and flags.\n");
    script.append("complete -c kelsonctl -f\n");
    for (Command.Flag flag : Globals.FLAGS) {
      fishFlag(script, "", flag);
    }
    for (String word : firstWords()) {
      Command command = Commands.named(word);
      String meaning = command == null ? word + " commands" : command.form().summary();
      script.append("complete -c kelsonctl -n __fish_use_subcommand -a ").append(word);
      script.append(" -d ").append(fishQuoted(meaning)).append('\n');
    }
    for (String name : Commands.names()) {
      Command.Form form = Commands.named(name).form();
      String seen = "__fish_seen_subcommand_from " + form.words().get(0);
      if (form.words().size() == 2) {
        String verb = form.words().get(1);
        String others = String.join(" ", members(form.words().get(0)));
        script.append("complete -c kelsonctl -n ");
        script.append(fishQuoted(seen + "; and not __fish_seen_subcommand_from " + others));
        script.append(" -a ").append(verb).append(" -d ");
        script.append(fishQuoted(form.summary())).append('\n');
        seen = seen + "; and __fish_seen_subcommand_from " + verb;
      }
      for (Command.Flag flag : form.flags()) {
        fishFlag(script, seen, flag);
      }
    }
    return script.toString();
  }

  private static void fishFlag(StringBuilder script, String condition, Command.Flag flag) {
    script.append("complete -c kelsonctl");
    if (!condition.isEmpty()) {
      script.append(" -n ").append(fishQuoted(condition));
    }
    script.append(" -l ").append(flag.name());
    if (!flag.letter().isEmpty()) {
      script.append(" -s ").append(flag.letter());
    }
    if (!flag.parameter().isEmpty()) {
      script.append(flag.parameter().equals("file") ? " -r -F" : " -x");
    }
    for (String[] choice : CHOICES) {
      if (List.of(choice[0].split(" \\| ")).contains("--" + flag.name())) {
        script.append(" -a ").append(fishQuoted(choice[1]));
      }
    }
    script.append(" -d ").append(fishQuoted(flag.meaning())).append('\n');
  }

  private static String fishQuoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** Flags whose values are few. */
  private static final List<String[]> CHOICES =
      List.of(
          new String[] {"--write-out | -w", "simple fields json protobuf table"},
          new String[] {"--consistency", "l s"},
          new String[] {"--order", "ASCEND DESCEND"},
          new String[] {"--sort-by", "CREATE KEY MODIFY VALUE VERSION"},
          new String[] {"--load", "s m l xl"});

  private static List<String> globals() {
    List<String> names = new ArrayList<>();
    for (Command.Flag flag : Globals.FLAGS) {
      names.add("--" + flag.name());
    }
    return names;
  }

  private static List<String> globalsWithValue() {
    List<String> names = new ArrayList<>();
    for (Command.Flag flag : Globals.FLAGS) {
      if (!flag.parameter().isEmpty()) {
        names.add("--" + flag.name());
        if (!flag.letter().isEmpty()) {
          names.add("-" + flag.letter());
        }
      }
    }
    return names;
  }

  private static String flags(Command.Form form) {
    List<String> names = new ArrayList<>();
    form.flags().forEach(flag -> names.add("--" + flag.name()));
    return String.join(" ", names);
  }

  private static Set<String> firstWords() {
    Set<String> words = new LinkedHashSet<>();
    for (String name : Commands.names()) {
      words.add(name.split(" ")[0]);
    }
    words.add("help");
    return words;
  }

  private static Set<String> groups() {
    Set<String> groups = new LinkedHashSet<>();
    for (String name : Commands.names()) {
      if (name.indexOf(' ') > 0) {
        groups.add(name.split(" ")[0]);
      }
    }
    return groups;
  }

  private static List<String> members(String group) {
    List<String> members = new ArrayList<>();
    for (String name : Commands.names()) {
      if (name.startsWith(group + " ")) {
        members.add(name.substring(group.length() + 1));
      }
    }
    return members;
  }
}
