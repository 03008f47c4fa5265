package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints keys as the tree that the slashes in them make. */
final class KeyTree {
  private final Map<String, KeyTree> children = new TreeMap<>();
  private Bytes value;

  private KeyTree() {}

  /** The tree of these keys. */
  static KeyTree of(List<KeyValue> kvs) {
    KeyTree root = new KeyTree();
    for (KeyValue kv : kvs) {
      KeyTree at = root;
      for (String part : parts(ByteText.of(kv.key().toByteArray()))) {
        at = at.children.computeIfAbsent(part, name -> new KeyTree());
      }
      at.value = kv.value();
    }
    return root;
  }

  /** {@code /app/web/port} has the parts {@code /}, {@code app/}, {@code web/} and {@code port}. */
  private static List<String> parts(String key) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', start)) {
      parts.add(key.substring(start, slash + 1));
      start = slash + 1;
    }
    if (start < key.length() || parts.isEmpty()) {
      parts.add(key.substring(start));
    }
    return parts;
  }

  /** Prints it; values behind their keys unless there are none to show. */
  void print(Console console, boolean keysOnly) {
    print(console, "", keysOnly, true);
  }

  private void print(Console console, String indent, boolean keysOnly, boolean isTop) {
    int left = children.size();
    for (Map.Entry<String, KeyTree> child : children.entrySet()) {
      boolean isLast = --left == 0;
      String name = child.getKey();
      KeyTree below = child.getValue();
      // A level that holds one thing only is no level.
      while (below.value == null && below.children.size() == 1) {
        Map.Entry<String, KeyTree> only = below.children.entrySet().iterator().next();
        name += only.getKey();
        below = only.getValue();
      }
      console.print(indent).print(isTop ? "" : isLast ? "└── " : "├── ").print(shown(name));
      if (below.value != null && !keysOnly) {
        console.print(" = ").print(shown(ByteText.of(below.value.toByteArray())));
      }
      console.print("\n");
      below.print(console, isTop ? "" : indent + (isLast ? "    " : "│   "), keysOnly, false);
    }
  }

  /** As it is if that leaves the line whole, else quoted. */
  private static String shown(String byteText) {
    Bytes bytes = ByteText.bytes(byteText);
    String quoted = GoText.quoted(bytes);
    String plain = quoted.substring(1, quoted.length() - 1);
    return plain.equals(bytes.utf8()) ? plain : quoted;
  }
}
