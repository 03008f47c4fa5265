package io.kelson.server.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.config.ClusterSettings;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.ServerConfig;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members from a DNS server on loopback. */
class SrvDiscoveryTest {
  private static final String SERVICE = "_etcd-server._tcp.example.com";

  @TempDir Path temp;
  private final DnsServer dns = new DnsServer();
  private final SrvDiscovery discovery =
      new SrvDiscovery(new SrvRecords(dns.url()), SrvDiscoveryTest::address);

  @AfterEach
  void stop() {
    dns.close();
  }

  /** a, b and c have an address each. */
  private static InetAddress[] address(String host) throws UnknownHostException {
    if (host.matches("[0-9.]+")) {
      return new InetAddress[] {InetAddress.getByName(host)};
    }
    int last = "abc".indexOf(host.charAt(0)) + 1;
    if (last == 0) {
      throw new UnknownHostException(host);
    }
    return new InetAddress[] {InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last})};
  }

  @Test
  void theRecordsAreTheMembers() throws IOException {
    dns.records.put(
        SERVICE, List.of("b.example.com:2380", "a.example.com:2380", "c.example.com:2381"));
    ServerConfig found = discovery.settle(config("me", "http://b.example.com:2380", ""), temp);
    assertThat(found.initialCluster().peerUrlsByName())
        .containsOnlyKeys("me", "a.example.com:2380", "c.example.com:2381")
        .containsEntry("me", List.of("http://b.example.com:2380"))
        .containsEntry("c.example.com:2381", List.of("http://c.example.com:2381"));
    assertThat(dns.asked).contains(SERVICE + ".", "_etcd-server-ssl._tcp.example.com.");
  }

  @Test
  void everyMemberComputesTheSameIds() throws IOException {
    dns.records.put(SERVICE, List.of("a.example.com:2380", "b.example.com:2380"));
    ServerConfig one = discovery.settle(config("one", "http://a.example.com:2380", ""), temp);
    ServerConfig two = discovery.settle(config("two", "http://10.0.0.2:2380", ""), temp);
    assertThat(ClusterInfo.of(two).memberIds()).isEqualTo(ClusterInfo.of(one).memberIds());
    assertThat(ClusterInfo.of(two).selfId()).isNotEqualTo(ClusterInfo.of(one).selfId());
    assertThat(two.initialAdvertisePeerUrls())
        .as("it goes by the record's name, not by its address")
        .containsExactly("http://b.example.com:2380");
  }

  @Test
  void aSuffixAsksForAnotherService() throws IOException {
    dns.records.put("_etcd-server-blue._tcp.example.com", List.of("a.example.com:2380"));
    ServerConfig found = discovery.settle(config("a", "http://a.example.com:2380", "blue"), temp);
    assertThat(found.initialCluster().peerUrlsByName()).containsOnlyKeys("a");
    assertThat(dns.asked).contains("_etcd-server-ssl-blue._tcp.example.com.");
  }

  @Test
  void whatWasFoundIsKept() throws IOException {
    dns.records.put(SERVICE, List.of("a.example.com:2380", "b.example.com:2380"));
    ServerConfig config = config("\u00e4", "http://10.0.0.1:2380", "");
    ServerConfig found = discovery.settle(config, temp);
    SrvDiscovery.keep(found, temp);
    dns.records.clear();
    dns.asked.clear();
    assertThat(discovery.settle(config, temp)).isEqualTo(found);
    assertThat(dns.asked).isEmpty();
    assertThatThrownBy(() -> discovery.settle(config("other", "http://10.0.0.1:2380", ""), temp))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("change it back");
    Path file = temp.resolve("DISCOVERED");
    Files.writeString(file, Files.readString(file).replace("a.example", "x.example"));
    assertThatThrownBy(() -> discovery.settle(config, temp))
        .isInstanceOf(DiscoveryException.class)
        .hasMessageContaining("is damaged");
  }

  @Test
  void whatStandsInTheWayIsNamed() {
    assertThatThrownBy(() -> discovery.settle(config("a", "http://a.example.com:1", ""), temp))
        .hasMessageContaining(
            "no SRV records of _etcd-server-ssl._tcp.example.com nor of " + SERVICE);
    dns.records.put(SERVICE, List.of("a.example.com:2380"));
    assertThatThrownBy(() -> discovery.settle(config("a", "http://a.example.com:1", ""), temp))
        .hasMessageContaining("[http://a.example.com:2380]")
        .hasMessageContaining("[http://a.example.com:1]");
    dns.records.clear();
    dns.codeOfTheRest = DnsResponseCode.SERVFAIL;
    assertThatThrownBy(() -> discovery.settle(config("a", "http://a.example.com:1", ""), temp))
        .isInstanceOf(DiscoveryException.class)
        .hasMessageContaining("cannot ask DNS for the SRV records of _etcd-server-ssl._tcp")
        .hasMessageContaining("--initial-cluster");
  }

  @Test
  void whoeverDoesNotAskIsLeftAlone() throws IOException {
    ServerConfig config = ServerConfig.builder().build();
    assertThat(discovery.settle(config, temp)).isSameAs(config);
    SrvDiscovery.keep(config, temp);
    assertThat(temp).isEmptyDirectory();
    assertThat(dns.asked).isEmpty();
  }

  private static ServerConfig config(String name, String peerUrl, String suffix) {
    return ServerConfig.builder()
        .name(name)
        .initialAdvertisePeerUrls(List.of(peerUrl))
        .cluster(new ClusterSettings(true, 1, false, "example.com", suffix))
        .build();
  }
}
