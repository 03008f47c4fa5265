package io.kelson.cli;

import io.kelson.client.Bytes;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes JSON as Go's encoder does: no blanks, bytes in base64, {@code <>&} escaped; {@code
 * maybe...} leaves a field out when it is zero or empty.
 */
final class Json {
  private final StringBuilder text = new StringBuilder();
  private boolean hexIds;

  /** Whether ids of clusters and members are to be strings of hexadecimal digits. */
  Json hexIds(boolean hexIds) {
    this.hexIds = hexIds;
    return this;
  }

  Json maybeId(String name, long id) {
    return hexIds ? string(name, Long.toHexString(id)) : maybeUnsigned(name, id);
  }

  Json maybe(String name, boolean isUnsigned, long value) {
    return isUnsigned ? maybeUnsigned(name, value) : maybe(name, value);
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** A whole object. */
  static String object(Consumer<Json> fields) {
    Json json = new Json();
    json.braces(fields);
    return json.toString();
  }

  /** A whole list; Go writes null for one that was never filled. */
  static <T> String list(Iterable<T> items, java.util.function.BiConsumer<Json, T> fields) {
    Json json = new Json();
    json.items(items, fields);
    return json.toString().equals("[]") ? "null" : json.toString();
  }

  private void braces(Consumer<Json> fields) {
    text.append('{');
    fields.accept(this);
    text.append('}');
  }

  private <T> void items(Iterable<T> items, java.util.function.BiConsumer<Json, T> fields) {
    text.append('[');
    for (T item : items) {
      comma();
      braces(json -> fields.accept(json, item));
    }
    text.append(']');
  }

  private void comma() {
    char last = text.length() == 0 ? ',' : text.charAt(text.length() - 1);
    if (last != '{' && last != '[' && last != ',') {
      text.append(',');
    }
  }

  private Json name(String name) {
    comma();
    text.append('"').append(name).append("\":");
    return this;
  }

  Json raw(String name, Object value) {
    name(name);
    text.append(value);
    return this;
  }

  Json maybe(String name, long value) {
    return value == 0 ? this : raw(name, value);
  }

  Json maybeUnsigned(String name, long value) {
    return value == 0 ? this : raw(name, Long.toUnsignedString(value));
  }

  Json maybe(String name, boolean value) {
    return value ? raw(name, true) : this;
  }

  Json maybe(String name, String value) {
    return value.isEmpty() ? this : string(name, value);
  }

  Json maybe(String name, Bytes value) {
    return value.isEmpty()
        ? this
        : raw(name, '"' + Base64.getEncoder().encodeToString(value.toByteArray()) + '"');
  }

  Json string(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  Json object(String name, Consumer<Json> fields) {
    name(name);
    braces(fields);
    return this;
  }

  <T> Json list(String name, Iterable<T> items, java.util.function.BiConsumer<Json, T> fields) {
    name(name);
    items(items, fields);
    return this;
  }

  <T> Json maybeList(
      String name, Iterable<T> items, java.util.function.BiConsumer<Json, T> fields) {
    return items.iterator().hasNext() ? list(name, items, fields) : this;
  }

  Json maybeStrings(String name, Iterable<String> items) {
    if (!items.iterator().hasNext()) {
      return this;
    }
    name(name);
    text.append('[');
    for (String item : items) {
      comma();
      quote(item);
    }
    text.append(']');
    return this;
  }

  /** Bytes in base64; null if there are none, as Go writes a list that was never filled. */
  Json bytesOrNull(String name, List<Bytes> items) {
    if (items.isEmpty()) {
      return raw(name, "null");
    }
    name(name);
    text.append('[');
    for (Bytes item : items) {
      comma();
      text.append('"').append(Base64.getEncoder().encodeToString(item.toByteArray())).append('"');
    }
    text.append(']');
    return this;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          boolean escape = c < 0x20 || "<>&\u2028\u2029".indexOf(c) >= 0;
          text.append(escape ? String.format("\\u%04x", (int) c) : Character.toString(c));
        }
      }
    }
    text.append('"');
  }
}
