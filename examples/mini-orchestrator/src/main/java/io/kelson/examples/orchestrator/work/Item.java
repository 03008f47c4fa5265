package io.kelson.examples.orchestrator.work;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A piece of work as it stood at some revision.
 *
 * @param id its id, not empty, without {@code /}
 * @param duration how long it runs
 * @param size how much of a node's capacity it takes while it runs, from 1
 * @param state where it stands
 * @param node who runs it or ran it; empty while it is pending
 * @param submitted the revision that created it: the order of arrival; 0 before it is stored
 * @param revision the revision that changed it last; 0 before it is stored
 */
public record Item(
    String id,
    Duration duration,
    int size,
    State state,
    String node,
    long submitted,
    long revision) {

  /** Where an item stands. */
  public enum State {
    PENDING,
    ASSIGNED,
    DONE
  }

  public Item {
    Objects.requireNonNull(duration, "duration");
    if (id.isEmpty() || id.indexOf('/') >= 0) {
      throw new IllegalArgumentException("item id \"" + id + "\": give some text without /");
    }
    if (size < 1) {
      throw new IllegalArgumentException("size of " + id + " is " + size + ": give 1 or more");
    }
  }

  /** One that is not stored yet. */
  public static Item fresh(String id, Duration duration, int size) {
    return new Item(id, duration, size, State.PENDING, "", 0, 0);
  }

  Item at(State state, String node) {
    return new Item(id, duration, size, state, node, submitted, revision);
  }

  /** As it is stored: {@code state=assigned node=node-1 millis=500 size=2}. */
  Bytes text() {
    return Bytes.utf8(
        "state=%s node=%s millis=%d size=%d"
            .formatted(state.name().toLowerCase(Locale.ROOT), node, duration.toMillis(), size));
  }

  /** Reads what {@link #text} wrote; nothing if it is something else. */
  public static Optional<Item> read(KeyValue kv) {
    String key = kv.key().utf8();
    try {
      Map<String, String> fields = fields(kv.value().utf8());
      return Optional.of(
          new Item(
              key.substring(key.lastIndexOf('/') + 1),
              Duration.ofMillis(Long.parseLong(fields.getOrDefault("millis", ""))),
              Integer.parseInt(fields.getOrDefault("size", "")),
              State.valueOf(fields.getOrDefault("state", "").toUpperCase(Locale.ROOT)),
              fields.getOrDefault("node", ""),
              kv.createRevision(),
              kv.modRevision()));
    } catch (IllegalArgumentException e) {
      // Somebody else's key is nothing to stumble over.
      return Optional.empty();
    }
  }

  /** Reads all that are items. */
  public static List<Item> readAll(List<KeyValue> kvs) {
    return kvs.stream().map(Item::read).flatMap(Optional::stream).toList();
  }

  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String field : text.split(" ")) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    return fields;
  }
}
