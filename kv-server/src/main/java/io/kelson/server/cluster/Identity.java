package io.kelson.server.cluster;

import io.kelson.server.config.ServerConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * To whom a data directory belongs. On disk it is a few lines of text that a person can read, with
 * a CRC-32C at the end that tells a damaged file from another one.
 *
 * @param clusterId the cluster's id
 * @param memberId the member's id
 * @param name the member's name; may be changed later
 * @param initialCluster the members at bootstrap, as {@code --initial-cluster} writes them
 * @param token the cluster token
 */
public record Identity(
    long clusterId, long memberId, String name, String initialCluster, String token) {
  private static final String FORMAT = "kelson-data-directory 1";

  /** The identity a configuration asks for. */
  public static Identity of(ServerConfig config, ClusterInfo cluster) {
    return new Identity(
        cluster.clusterId(),
        cluster.selfId(),
        config.name(),
        config.initialCluster().text(),
        config.initialClusterToken());
  }

  /** What is written to disk. */
  byte[] encode() {
    String body =
        String.join(
            "\n",
            FORMAT,
            "cluster-id=" + MemberIds.text(clusterId),
            "member-id=" + MemberIds.text(memberId),
            "name=" + name,
            "initial-cluster=" + initialCluster,
            "initial-cluster-token=" + token,
            "");
    return (body + "crc32c=" + checksum(body) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is damaged or of a format this version does not know;
   *     the message says which
   */
  static Identity decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.lastIndexOf("crc32c=");
    if (!text.startsWith("kelson-data-directory ") || end < 0) {
      throw new IllegalArgumentException("is not Kelson's, or its beginning or end is lost");
    }
    String body = text.substring(0, end);
    if (!text.substring(end + "crc32c=".length()).strip().equals(checksum(body))) {
      throw new IllegalArgumentException("is damaged: its checksum does not match");
    }
    if (!body.startsWith(FORMAT + "\n")) {
      throw new IllegalArgumentException(
          "has a format this version does not know: " + body.lines().findFirst().orElse(""));
    }
    Map<String, String> fields = new HashMap<>();
    body.lines()
        .skip(1)
        .forEach(line -> fields.put(key(line), line.substring(key(line).length() + 1)));
    return new Identity(
        Long.parseUnsignedLong(fields.get("cluster-id"), 16),
        Long.parseUnsignedLong(fields.get("member-id"), 16),
        fields.get("name"),
        fields.get("initial-cluster"),
        fields.get("initial-cluster-token"));
  }

  /**
   * What an operator changed since this identity was written, one phrase each; empty if nothing.
   */
  List<String> differences(Identity asked) {
    List<String> found = new ArrayList<>();
    compare(found, "--initial-cluster", initialCluster, asked.initialCluster);
    compare(found, "--initial-cluster-token", token, asked.token);
    compare(found, "--name", name, asked.name);
    return found;
  }

  private static void compare(List<String> found, String flag, String was, String is) {
    if (!was.equals(is)) {
      found.add("%s was \"%s\" and is now \"%s\"".formatted(flag, was, is));
    }
  }

  private static String key(String line) {
    return line.substring(0, line.indexOf('='));
  }

  private static String checksum(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }
}
