package io.kelson.server.config;

import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * One thing a member can be told: a row of the table that flags, variables, files, the help text
 * and the documentation are made of.
 *
 * @param name etcd's name where it has one, without dashes in front
 * @param group under which heading it is shown
 * @param label what stands for its value in help
 * @param defaultText what it is if nobody says anything, as one would write it
 * @param help what it is, in a line
 * @param tooSmall what goes wrong if it is too small, or empty
 * @param tooLarge what goes wrong if it is too large, or empty
 * @param fate what becomes of what it says
 * @param why for all but {@link Fate#OBEYED}: why it is not
 * @param harmless for {@link Fate#REFUSED}: values that ask for nothing that is not there
 * @param isOwn whether etcd has no such setting
 * @param isSwitch whether the name alone means true
 * @param isDuration whether a bare number in a file counts nanoseconds, as it does in etcd's
 * @param isSecret whether its value must be shown to nobody
 * @param replacement what to write instead, for names of old; or null
 * @param canonicalName the setting it stands for; its own name if it is not an old one
 * @param apply puts a value into the draft; throws {@link Texts.BadText} or {@link ConfigException}
 */
record Setting(
    String name,
    Group group,
    String label,
    String defaultText,
    String help,
    String tooSmall,
    String tooLarge,
    Fate fate,
    String why,
    Set<String> harmless,
    boolean isOwn,
    boolean isSwitch,
    boolean isDuration,
    boolean isSecret,
    String replacement,
    String canonicalName,
    BiConsumer<Draft, String> apply) {

  /** The label of what may stand without a value. */
  static final String SWITCH = "true|false";

  /** The label of times with a unit. */
  static final String TIME = "TIME";

  /** Headings, in the order they are shown. */
  enum Group {
    MEMBER("Member"),
    CLUSTER("Cluster"),
    RAFT("Raft"),
    STORAGE("Storage"),
    LIMITS("Limits"),
    CLIENT_TLS("TLS for clients"),
    PEER_TLS("TLS between members"),
    AUTH("Authentication"),
    HTTP("HTTP and metrics"),
    CHECKS("Watches and checks"),
    LOG("Logs");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** What becomes of a setting. */
  enum Fate {
    /** It does what it says. */
    OBEYED,
    /** It is taken, with a warning, and changes nothing: nothing it could change is there. */
    WITHOUT_EFFECT,
    /** It is not taken: it asks for a protection or a meaning that is not there. */
    REFUSED
  }

  String flag() {
    return "--" + name;
  }

  /** As in the environment, without the prefix. */
  String variable() {
    return name.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** Whether it is a name of old. */
  boolean isOld() {
    return replacement != null;
  }

  /** A value as it may be shown. */
  String shown(String text) {
    return isSecret && !text.isEmpty() ? "***" : text;
  }

  /** A row that is obeyed, to be filled in. */
  static Builder of(Group group, String name, String label, String defaultText, String help) {
    return new Builder(group, name, label, defaultText, help);
  }

  /** A row that changes nothing. */
  static Builder withoutEffect(Group group, String name, String label, String why) {
    return new Builder(group, name, label, "", "").fate(Fate.WITHOUT_EFFECT, why);
  }

  /** A row that is taken only with values that ask for nothing. */
  static Builder refused(Group group, String name, String label, String why, String... harmless) {
    Builder row = new Builder(group, name, label, "", "").fate(Fate.REFUSED, why);
    row.harmless = Set.of(harmless);
    return row;
  }

  /** Fills in a row. Not thread-safe. */
  static final class Builder {
    private final Group group;
    private final String name;
    private final String label;
    private final String defaultText;
    private final String help;
    private String tooSmall = "";
    private String tooLarge = "";
    private Fate fate = Fate.OBEYED;
    private String why = "";
    private Set<String> harmless = Set.of();
    private boolean isOwn;
    private boolean isSecret;
    private String replacement;
    private BiConsumer<Draft, String> apply = (draft, text) -> {};

    private Builder(Group group, String name, String label, String defaultText, String help) {
      this.group = group;
      this.name = name;
      this.label = label;
      this.defaultText = defaultText;
      this.help = help;
    }

    <T> Builder reads(Texts.Reader<T> reader, BiConsumer<Draft, T> setter) {
      apply = (draft, text) -> setter.accept(draft, reader.read(text));
      return this;
    }

    Builder tooSmall(String text) {
      tooSmall = text;
      return this;
    }

    Builder tooLarge(String text) {
      tooLarge = text;
      return this;
    }

    /** etcd does not have it. */
    Builder own() {
      isOwn = true;
      return this;
    }

    Builder secret() {
      isSecret = true;
      return this;
    }

    /** A name of old for something that is written in another way today. */
    Builder replacedBy(String text) {
      replacement = text;
      return this;
    }

    private Builder fate(Fate value, String reason) {
      fate = value;
      why = reason;
      return this;
    }

    Setting build() {
      return named(name, name, replacement);
    }

    /** The same under a name of old. */
    Setting oldName(String old) {
      return named(old, name, "--" + name);
    }

    private Setting named(String shownName, String canonicalName, String insteadOfIt) {
      return new Setting(
          shownName,
          group,
          label,
          defaultText,
          help,
          tooSmall,
          tooLarge,
          fate,
          why,
          harmless,
          isOwn,
          label.equals(SWITCH),
          label.equals(TIME),
          isSecret,
          insteadOfIt,
          canonicalName,
          apply);
    }
  }
}
