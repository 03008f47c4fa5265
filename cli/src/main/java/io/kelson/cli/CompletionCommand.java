package io.kelson.cli;

import java.util.List;

/** {@code completion bash|zsh|fish}: prints the script that makes the shell complete lines. */
final class CompletionCommand implements Command {
  private final String shell;

  CompletionCommand(String shell) {
    this.shell = shell;
  }

  @Override
  public Form form() {
    return new Form(
        List.of("completion", shell),
        "",
        "Prints the completion script for " + shell + ".",
        List.of(),
        switch (shell) {
          case "bash" ->
              List.of(
                  "source <(kelsonctl completion bash)        for this shell",
                  "kelsonctl completion bash > /etc/bash_completion.d/kelsonctl    for all to come");
          case "zsh" ->
              List.of(
                  "source <(kelsonctl completion zsh)         for this shell",
                  "kelsonctl completion zsh > \"${fpath[1]}/_kelsonctl\"    for all to come");
          default ->
              List.of(
                  "kelsonctl completion fish | source         for this shell",
                  "kelsonctl completion fish > ~/.config/fish/completions/kelsonctl.fish");
        });
  }

  @Override
  public void run(Flags flags, Session session) {
    session.console().print(Completion.script(shell));
  }
}
