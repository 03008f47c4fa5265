package io.kelson.server.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The members a new cluster starts with: names and peer URLs, as in {@code
 * a=http://10.0.0.1:2380,b=http://10.0.0.2:2380}.
 *
 * @param peerUrlsByName every member's peer URLs by its name, both in the order written
 */
public record InitialCluster(Map<String, List<String>> peerUrlsByName) {
  private static final String FLAG = "--initial-cluster";

  public InitialCluster {
    if (peerUrlsByName.isEmpty()) {
      throw new ConfigException(FLAG + " names no member; write name=http://host:port");
    }
    Map<String, List<String>> checked = new LinkedHashMap<>();
    Map<String, String> owners = new HashMap<>();
    peerUrlsByName.forEach(
        (name, urls) -> {
          List<String> own = UrlList.requireUrls(FLAG, urls);
          for (String url : own) {
            String other = owners.putIfAbsent(url, name);
            if (other != null) {
              throw new ConfigException(
                  "%s gives %s to both \"%s\" and \"%s\"; every member needs a URL of its own"
                      .formatted(FLAG, url, other, name));
            }
          }
          checked.put(name, own);
        });
    peerUrlsByName = java.util.Collections.unmodifiableMap(checked);
  }

  /** A cluster of one. */
  public static InitialCluster single(String name, List<String> peerUrls) {
    return new InitialCluster(Map.of(name, peerUrls));
  }

  /**
   * Reads {@code name=url,name=url,...}; a name that occurs again right away adds a URL, as in
   * etcd.
   *
   * @throws ConfigException if it is malformed, or a name comes back after another one
   */
  public static InitialCluster parse(String text) {
    Map<String, List<String>> urls = new LinkedHashMap<>();
    String previous = null;
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? "" : part.substring(0, equals).strip();
      if (name.isEmpty()) {
        throw new ConfigException(
            "%s: \"%s\" is not of the form name=http://host:port".formatted(FLAG, part));
      }
      if (urls.containsKey(name) && !name.equals(previous)) {
        throw new ConfigException(
            "%s has two members called \"%s\"; give each its own name".formatted(FLAG, name));
      }
      urls.computeIfAbsent(name, n -> new ArrayList<>()).add(part.substring(equals + 1).strip());
      previous = name;
    }
    return new InitialCluster(urls);
  }

  /** As {@link #parse} reads it. */
  public String text() {
    return peerUrlsByName.entrySet().stream()
        .flatMap(member -> member.getValue().stream().map(url -> member.getKey() + "=" + url))
        .collect(Collectors.joining(","));
  }
}
