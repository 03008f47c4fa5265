package io.kelson.client.discovery;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One running instance of a service.
 *
 * @param id its id, unique within the service, not empty and without {@code /}
 * @param address where it is, as {@code host:port}; not empty
 * @param metadata whatever else callers should know
 * @param weight how much of the load it should get, relative to the others; 0 for none
 */
public record Instance(String id, String address, Map<String, String> metadata, int weight) {
  private static final String ADDRESS = "address";
  private static final String WEIGHT = "weight";
  private static final String METADATA = "meta.";

  public Instance {
    Objects.requireNonNull(address, "address");
    if (id.isEmpty() || id.indexOf('/') >= 0) {
      throw new IllegalArgumentException("instance id \"" + id + "\": give some text without /");
    }
    if (address.isEmpty()) {
      throw new IllegalArgumentException("instance " + id + " has no address: give host:port");
    }
    if (weight < 0) {
      throw new IllegalArgumentException("weight is " + weight + ": give 0 or more");
    }
    metadata = Map.copyOf(metadata);
  }

  /** Of weight 1, without metadata. */
  public static Instance of(String id, String address) {
    return new Instance(id, address, Map.of(), 1);
  }

  /** The same with that entry too. */
  public Instance with(String name, String value) {
    Map<String, String> more = new TreeMap<>(metadata);
    more.put(name, value);
    return new Instance(id, address, more, weight);
  }

  /** The same with another weight. */
  public Instance withWeight(int other) {
    return new Instance(id, address, metadata, other);
  }

  /** As it is stored: the form of a URL's query, in a fixed order. */
  String text() {
    StringBuilder text = new StringBuilder();
    add(text, ADDRESS, address);
    add(text, WEIGHT, Integer.toString(weight));
    new TreeMap<>(metadata).forEach((name, value) -> add(text, METADATA + name, value));
    return text.toString();
  }

  private static void add(StringBuilder text, String name, String value) {
    text.append(text.length() == 0 ? "" : "&")
        .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  /**
   * Reads what {@link #text} wrote; names that it does not know are left out.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Instance parse(String id, String text) {
    String address = "";
    int weight = 1;
    Map<String, String> metadata = new TreeMap<>();
    for (String pair : text.split("&")) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
      if (name.equals(ADDRESS)) {
        address = value;
      } else if (name.equals(WEIGHT)) {
        weight = Integer.parseInt(value);
      } else if (name.startsWith(METADATA)) {
        metadata.put(name.substring(METADATA.length()), value);
      }
    }
    return new Instance(id, address, metadata, weight);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
