package io.kelson.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected ids are those a stock etcd 3.4.23 logged when started with the same flags. */
class MemberIdsTest {
  @Test
  void aClusterOfOneWithTheDefaults() {
    ClusterInfo cluster = ClusterInfo.of(ServerConfig.builder().build());
    assertThat(MemberIds.text(cluster.selfId())).isEqualTo("8e9e05c52164694d");
    assertThat(MemberIds.text(cluster.clusterId())).isEqualTo("cdf818194e3a8c32");
  }

  @Test
  void aClusterOfThree() {
    ClusterInfo cluster =
        cluster(
            "infra0",
            "http://127.0.0.1:14380",
            "infra0=http://127.0.0.1:14380,infra1=http://127.0.0.1:24380,infra2=http://127.0.0.1:34380",
            "etcd-cluster-1");
    assertThat(cluster.members().stream().map(m -> MemberIds.text(m.id())))
        .containsExactly("62b0a90d1dbf05e", "3919a18d87a6f292", "6e31220b46ab500b");
    assertThat(cluster.self().name()).isEqualTo("infra0");
    assertThat(MemberIds.text(cluster.selfId())).isEqualTo("6e31220b46ab500b");
    assertThat(MemberIds.text(cluster.clusterId())).isEqualTo("c7ce9a9005206ceb");
  }

  @Test
  void idsAboveTheSignBitAndTwoUrlsOfOneMember() {
    ClusterInfo cluster =
        cluster(
            "a",
            "http://127.0.0.1:14380,http://127.0.0.1:7001",
            "a=http://127.0.0.1:7001,a=http://127.0.0.1:14380,b=http://127.0.0.1:24380",
            "tok");
    assertThat(cluster.members().stream().map(m -> MemberIds.text(m.id())))
        .containsExactly("8f59cd1760a9c05d", "d1de245fb83b7f61");
    assertThat(MemberIds.text(cluster.clusterId())).isEqualTo("20ea4637451010f");
  }

  private static ClusterInfo cluster(String name, String own, String all, String token) {
    return ClusterInfo.of(
        ServerConfig.builder()
            .name(name)
            .initialAdvertisePeerUrls(List.of(own.split(",")))
            .initialCluster(InitialCluster.parse(all))
            .initialClusterToken(token)
            .build());
  }
}
