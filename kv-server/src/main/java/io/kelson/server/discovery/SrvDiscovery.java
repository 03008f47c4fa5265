package io.kelson.server.discovery;

import io.kelson.server.config.ClusterSettings;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.UrlList;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who founds a cluster, from DNS, as etcd's {@code --discovery-srv}: every SRV record of {@code
 * _etcd-server-ssl._tcp} (with https) and {@code _etcd-server._tcp} (with http) is a member.
 *
 * <p>One of them is this member: the one that names a host and port it advertises to the others, or
 * whose host has the same address. From then on it goes by the record's URL, since the ids of all
 * members are made of these URLs and must be the same for everybody.
 */
public final class SrvDiscovery {
  private final SrvRecords records;
  private final Addresses addresses;

  /** Looks up the addresses of a host. */
  interface Addresses {
    InetAddress[] of(String host) throws UnknownHostException;
  }

  SrvDiscovery(SrvRecords records, Addresses addresses) {
    this.records = records;
    this.addresses = addresses;
  }

  /** One that asks the name servers of this machine. */
  public static SrvDiscovery ofSystem() {
    return new SrvDiscovery(new SrvRecords(SrvRecords.SYSTEM), InetAddress::getAllByName);
  }

  /**
   * Settings with the members filled in: what this directory keeps from an earlier start, or what
   * DNS says now. Settings that do not ask for it stay as they are. Blocks.
   *
   * @param directory the data directory
   * @throws IOException if DNS cannot be asked, names nobody, or does not name this member
   */
  public ServerConfig settle(ServerConfig config, Path directory) throws IOException {
    if (config.cluster().discoverySrv().isEmpty()) {
      return config;
    }
    InitialCluster kept = DiscoveredFile.read(directory);
    return kept == null ? discover(config) : withMembers(config, kept);
  }

  /**
   * Keeps what was found for later starts, which then need no DNS. On return it is durable. Does
   * nothing for settings that did not ask for it.
   */
  public static void keep(ServerConfig config, Path directory) throws IOException {
    if (!config.cluster().discoverySrv().isEmpty()) {
      DiscoveredFile.write(directory, config.initialCluster());
    }
  }

  private ServerConfig discover(ServerConfig config) throws IOException {
    Set<String> urls = new LinkedHashSet<>();
    for (boolean isTls : new boolean[] {true, false}) {
      String name = name(config.cluster(), isTls);
      for (String hostAndPort : records.of(name)) {
        urls.add((isTls ? "https://" : "http://") + hostAndPort);
      }
    }
    if (urls.isEmpty()) {
      throw new DiscoveryException(
          "DNS has no SRV records of %s nor of %s; make some, correct --discovery-srv, or list the members in --initial-cluster"
              .formatted(name(config.cluster(), true), name(config.cluster(), false)),
          null);
    }
    String own = own(urls, config.initialAdvertisePeerUrls());
    Map<String, List<String>> members = new LinkedHashMap<>();
    members.put(config.name(), List.of(own));
    for (String url : urls) {
      if (!url.equals(own)) {
        members.put(nameOf(url), List.of(url));
      }
    }
    return withMembers(config, new InitialCluster(members));
  }

  static String name(ClusterSettings settings, boolean isTls) {
    String suffix = settings.discoverySrvName().isEmpty() ? "" : "-" + settings.discoverySrvName();
    return "_etcd-server%s%s._tcp.%s"
        .formatted(isTls ? "-ssl" : "", suffix, settings.discoverySrv());
  }

  /** Nobody but people reads it; the members tell their real names later. */
  private static String nameOf(String url) {
    return url.substring(url.indexOf("//") + 2);
  }

  private String own(Set<String> urls, List<String> advertised) throws DiscoveryException {
    for (String url : urls) {
      if (advertised.stream().anyMatch(url::equalsIgnoreCase)) {
        return url;
      }
    }
    for (String url : urls) {
      for (String said : advertised) {
        if (isSamePlace(url, said)) {
          return url;
        }
      }
    }
    throw new DiscoveryException(
        "none of the members that DNS names is this one: it has %s, and --initial-advertise-peer-urls says %s; add a record, or correct the flag"
            .formatted(urls, advertised),
        null);
  }

  private boolean isSamePlace(String url, String other) {
    boolean isSameScheme = url.startsWith("https:") == other.startsWith("https:");
    InetSocketAddress one = UrlList.unresolved(url);
    InetSocketAddress two = UrlList.unresolved(other);
    if (!isSameScheme || one.getPort() != two.getPort()) {
      return false;
    }
    try {
      List<InetAddress> ofTwo = Arrays.asList(addresses.of(two.getHostString()));
      return Arrays.stream(addresses.of(one.getHostString())).anyMatch(ofTwo::contains);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static ServerConfig withMembers(ServerConfig config, InitialCluster members) {
    List<String> own = members.peerUrlsByName().get(config.name());
    if (own == null) {
      throw new ConfigException(
          "--name is \"%s\", and the members that were found in DNS at the first start are %s; change it back"
              .formatted(config.name(), members.text()));
    }
    return config.withMembers(members, own);
  }
}
