package io.kelson.server.config;

import io.kelson.server.config.Given.Source;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What a configuration file says: etcd's, in YAML, with its two blocks for TLS.
 *
 * <p>The file is read as a tree of texts and nothing is ever made an object of, so it cannot name
 * what would do harm; what it may be large and repeat itself is bounded.
 */
final class YamlSource {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_ALIASES = 10;

  /** No file has more than three; the composer goes down by recursion, so it must have an end. */
  private static final int MAX_DEPTH = 50;

  private static final Map<String, Map<String, String>> BLOCKS =
      Map.of(
          "client-transport-security",
          Map.of(
              "cert-file", "cert-file",
              "key-file", "key-file",
              "client-cert-file", "client-cert-file",
              "client-key-file", "client-key-file",
              "client-cert-auth", "client-cert-auth",
              "trusted-ca-file", "trusted-ca-file",
              "auto-tls", "auto-tls",
              "crl-file", "client-crl-file",
              "allowed-hostname", "client-cert-allowed-hostname"),
          "peer-transport-security",
          Map.of(
              "cert-file", "peer-cert-file",
              "key-file", "peer-key-file",
              "client-cert-file", "peer-client-cert-file",
              "client-key-file", "peer-client-key-file",
              "client-cert-auth", "peer-client-cert-auth",
              "trusted-ca-file", "peer-trusted-ca-file",
              "auto-tls", "peer-auto-tls",
              "crl-file", "peer-crl-file",
              "allowed-cn", "peer-cert-allowed-cn",
              "allowed-hostname", "peer-cert-allowed-hostname"));

  private final String file;
  private final Problems problems;
  private final Map<String, Given> given = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new HashMap<>();

  private YamlSource(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * Reads a file; what is wrong with it goes to the problems, with its line.
   *
   * @return what it says, by the setting's name; keys without a value say nothing
   */
  static Map<String, Given> read(String file, Problems problems) {
    YamlSource source = new YamlSource(file, problems);
    source.content().ifPresent(source::readText);
    return source.given;
  }

  private Optional<String> content() {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MAX_BYTES) {
        problems.add(file + " is larger than " + MAX_BYTES + " bytes; it is no configuration file");
        return Optional.empty();
      }
      return Optional.of(Files.readString(path, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      problems.add(file + " does not exist; correct --config-file");
    } catch (CharacterCodingException e) {
      problems.add(file + " is not UTF-8 text; save it as that");
    } catch (IOException | RuntimeException e) {
      problems.add("cannot read " + file + ": " + e);
    }
    return Optional.empty();
  }

  private void readText(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setCodePointLimit(MAX_BYTES)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .build();
    try {
      requireShallow(settings, text);
      new Compose(settings).composeString(text).ifPresent(this::readRoot);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      problems.add("%s:%d: this is not YAML: %s".formatted(file, line, e.getProblem()));
    } catch (YamlEngineException e) {
      problems.add(file + ": this is not YAML: " + e.getMessage());
    }
  }

  private static void requireShallow(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        default -> {}
      }
      if (depth > MAX_DEPTH) {
        throw new YamlEngineException("it is nested more than " + MAX_DEPTH + " deep");
      }
    }
  }

  private void readRoot(Node root) {
    if (!(root instanceof MappingNode mapping)) {
      complain(root, "a configuration file has lines of the form name: value");
      return;
    }
    for (NodeTuple pair : mapping.getValue()) {
      String key = scalar(pair.getKeyNode());
      if (key == null) {
        complain(pair.getKeyNode(), "this is not a name");
      } else if (BLOCKS.containsKey(key)) {
        readBlock(key, pair);
      } else {
        readSetting(key, key, pair, null);
      }
    }
  }

  private void readBlock(String block, NodeTuple pair) {
    requireOnce("the block " + block, block, pair.getKeyNode());
    if (isEmpty(pair.getValueNode())) {
      return;
    }
    if (!(pair.getValueNode() instanceof MappingNode mapping)) {
      complain(pair.getValueNode(), block + " has lines of the form name: value below it");
      return;
    }
    Map<String, String> names = BLOCKS.get(block);
    for (NodeTuple inner : mapping.getValue()) {
      String key = scalar(inner.getKeyNode());
      if (key == null) {
        complain(inner.getKeyNode(), "this is not a name");
      } else {
        readSetting(block + "." + key, names.getOrDefault(key, ""), inner, block);
      }
    }
  }

  private void readSetting(String shown, String name, NodeTuple pair, String block) {
    Node at = pair.getKeyNode();
    Optional<Setting> found = SettingTable.find(name);
    if (found.isEmpty()) {
      String key = shown.substring(shown.lastIndexOf('.') + 1);
      complain(
          at,
          "there is no setting %s; did you mean %s?"
              .formatted(shown, NearestName.of(key, names(block))));
      return;
    }
    Setting setting = found.get();
    if (!requireOnce(shown, setting.name(), at) || isEmpty(pair.getValueNode())) {
      return;
    }
    String text = text(shown, pair.getValueNode());
    if (text != null) {
      boolean isNanos = setting.isDuration() && text.matches("[0-9]+") && !text.equals("0");
      given.put(
          setting.name(),
          new Given(
              setting, isNanos ? text + "ns" : text, new Source(Source.Kind.FILE, file, line(at))));
    }
  }

  private static Collection<String> names(String block) {
    if (block != null) {
      return BLOCKS.get(block).keySet();
    }
    TreeSet<String> names = new TreeSet<>(BLOCKS.keySet());
    SettingTable.all().forEach(setting -> names.add(setting.name()));
    return names;
  }

  /** YAML itself would let the last of two win, and nobody would notice. */
  private boolean requireOnce(String shown, String key, Node at) {
    Integer before = lines.putIfAbsent(key, line(at));
    if (before != null) {
      complain(at, "%s is set in line %d already; remove one of the two".formatted(shown, before));
    }
    return before == null;
  }

  /** A scalar as written, a list joined with commas; else null and a complaint. */
  private String text(String shown, Node node) {
    if (node instanceof SequenceNode list) {
      List<String> parts = new ArrayList<>();
      for (Node part : list.getValue()) {
        String text = scalar(part);
        if (text == null) {
          complain(part, shown + " is a list of texts, and this is none");
          return null;
        }
        parts.add(text);
      }
      return String.join(",", parts);
    }
    String text = scalar(node);
    if (text == null) {
      complain(node, shown + " has a value, not lines below it");
    }
    return text;
  }

  private static String scalar(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : null;
  }

  /** Nothing, {@code ~}, {@code null} and an empty text all say nothing, as in etcd. */
  private static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar
        && (scalar.getValue().isEmpty()
            || scalar.getTag().equals(org.snakeyaml.engine.v2.nodes.Tag.NULL));
  }

  private void complain(Node at, String problem) {
    problems.add("%s:%d: %s".formatted(file, line(at), problem));
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }
}
