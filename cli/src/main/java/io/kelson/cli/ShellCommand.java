package io.kelson.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** {@code shell}: reads commands from a prompt, or from standard input. */
final class ShellCommand implements Command {
  private static final String PROMPT = "kelsonctl> ";

  @Override
  public Form form() {
    return new Form(
        List.of("shell"),
        "",
        "Reads commands at a prompt with history and completion of commands, flags and keys; where"
            + " input is no terminal, line by line.",
        List.of(),
        List.of(
            "kelsonctl shell --endpoints=10.0.0.1:2379    then: get app/<Tab>",
            "printf 'put a 1\\nget a\\n' | kelsonctl shell    many commands, one start",
            "Ctrl-C ends a watch, Ctrl-D the shell; lines that begin with # are left out."));
  }

  @Override
  public void run(Flags flags, Session session) throws InterruptedException {
    Map<String, String> variables = variables(flags, session);
    if (session.console().terminal().in()) {
      atPrompt(session, variables);
    } else {
      ofInput(session.console(), variables);
    }
  }

  /** What the shell was told counts for every line in it. */
  private static Map<String, String> variables(Flags flags, Session session) {
    Map<String, String> variables = new HashMap<>(session.environment().all());
    for (Flag flag : Globals.FLAGS) {
      if (flags.has(flag.name()) && !flag.name().equals("help")) {
        String variable = flag.name().toUpperCase(Locale.ROOT).replace('-', '_');
        variables.put("KELSONCTL_" + variable, flags.text(flag.name(), ""));
      }
    }
    Globals.Identity identity = session.globals().identity();
    if (!identity.user().isEmpty() && identity.token().isEmpty()) {
      String password = identity.knownPassword();
      variables.put("KELSONCTL_USER", ByteText.ofReadable(identity.name()));
      variables.put(
          "KELSONCTL_PASSWORD",
          ByteText.ofReadable(
              password.isEmpty() ? Passwords.ask(session, "Password: ") : password));
    }
    return variables;
  }

  private static void ofInput(Console console, Map<String, String> variables) {
    int exitCode = ExitCode.OK;
    for (String line = console.readLine(); line != null; line = console.readLine()) {
      if (isEnd(line)) {
        break;
      }
      int ofLine = execute(line, console, variables);
      exitCode = ofLine == ExitCode.OK ? exitCode : ofLine;
    }
    if (exitCode != ExitCode.OK) {
      throw new CliException(exitCode, "not every command succeeded");
    }
  }

  private static void atPrompt(Session session, Map<String, String> variables) {
    Thread shell = Thread.currentThread();
    try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .completer(new ShellCompleter(session))
              .variable(LineReader.HISTORY_FILE, history(variables))
              // An exclamation mark is a part of many a value.
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .build();
      terminal.handle(Terminal.Signal.INT, signal -> shell.interrupt());
      while (true) {
        String line;
        try {
          line = reader.readLine(PROMPT);
        } catch (UserInterruptException e) {
          continue;
        } catch (EndOfFileException e) {
          return;
        }
        if (isEnd(ByteText.ofReadable(line))) {
          return;
        }
        execute(ByteText.ofReadable(line), session.console(), variables);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In the user's home, readable by nobody else. */
  private static Path history(Map<String, String> variables) throws IOException {
    String state = variables.getOrDefault("XDG_STATE_HOME", "");
    String home = variables.getOrDefault("HOME", System.getProperty("user.home"));
    Path folder =
        state.isEmpty() ? Path.of(home, ".local", "state", "kelson") : Path.of(state, "kelson");
    Files.createDirectories(folder);
    return folder.resolve("shell-history");
  }

  private static boolean isEnd(String line) {
    return line.strip().equals("exit") || line.strip().equals("quit");
  }

  private static int execute(String line, Console console, Map<String, String> variables) {
    if (line.isBlank() || line.startsWith("#")) {
      return ExitCode.OK;
    }
    List<String> words;
    try {
      words = Words.of(line);
    } catch (CliException e) {
      console.error("Error: " + e.getMessage());
      return e.exitCode();
    }
    if (!words.isEmpty() && words.get(0).equals("shell")) {
      console.error("Error: this is the shell");
      return ExitCode.ERROR;
    }
    int exitCode = new Kelsonctl(console, variables).run(words);
    // What ended the command is not to end the shell.
    Thread.interrupted();
    return exitCode;
  }
}
