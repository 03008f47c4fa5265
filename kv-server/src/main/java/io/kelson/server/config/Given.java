package io.kelson.server.config;

/**
 * What somebody said about a setting.
 *
 * @param setting which one
 * @param text the value as written
 * @param source where it was written
 */
record Given(Setting setting, String text, Source source) {

  /**
   * Where a value was written.
   *
   * @param kind what it stands in
   * @param name the flag, the variable, or the file
   * @param line in the file, from 1; 0 elsewhere
   */
  record Source(Kind kind, String name, int line) {
    enum Kind {
      FLAG,
      VARIABLE,
      FILE
    }

    /** As in {@code etcd.yml:7}. */
    String place() {
      return kind == Kind.FILE ? name + ":" + line : name;
    }
  }

  /**
   * Puts it into the draft.
   *
   * @throws ConfigException if it is no value of the setting, or may not be said; the message says
   *     where it was written
   */
  void apply(Draft draft) {
    if (setting.fate() == Setting.Fate.REFUSED && !setting.harmless().contains(normal())) {
      throw problem(
          "%s: \"%s\" is refused: %s"
              .formatted(setting.flag(), setting.shown(text), setting.why()));
    }
    if (setting.fate() != Setting.Fate.OBEYED) {
      return;
    }
    try {
      setting.apply().accept(draft, text);
    } catch (Texts.BadText e) {
      throw problem(
          "%s%s: \"%s\" is not %s"
              .formatted(setting.flag(), inherited(), setting.shown(text), e.getMessage()));
    } catch (ConfigException e) {
      throw new ConfigException(e.problems().stream().map(this::located).toList());
    }
  }

  /** Switches have six spellings of true, and as many of false. */
  private String normal() {
    try {
      return setting.isSwitch() ? String.valueOf(Texts.yesOrNo(text)) : text;
    } catch (Texts.BadText e) {
      return text;
    }
  }

  private String inherited() {
    return source.kind() == Source.Kind.VARIABLE
        ? " (from the environment, " + source.name() + ")"
        : "";
  }

  private ConfigException problem(String text) {
    return new ConfigException(located(text));
  }

  private String located(String problem) {
    return source.kind() == Source.Kind.FILE ? source.place() + ": " + inFile(problem) : problem;
  }

  /** Names have no dashes in front in a file. */
  static String inFile(String text) {
    return text.replaceAll("--(?=[a-z])", "");
  }
}
