package io.kelson.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Endpoints from DNS, asked of a name server made here. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DnsSrvTest {
  private static final int SRV = 33;

  private final Map<String, List<DnsSrv.Target>> zone = new java.util.HashMap<>();
  private DatagramSocket socket;

  @BeforeEach
  void start() throws Exception {
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    Thread server = new Thread(this::serve, "dns");
    server.setDaemon(true);
    server.start();
  }

  @AfterEach
  void stop() {
    socket.close();
  }

  private DnsSrv dns() {
    return new DnsSrv("dns://127.0.0.1:" + socket.getLocalPort() + "/");
  }

  @Test
  void secureEndpointsComeFirstThenPriorityThenWeight() {
    zone.put(
        "_etcd-client._tcp.x.example",
        List.of(
            new DnsSrv.Target(2, 9, 2379, "late.x.example"),
            new DnsSrv.Target(1, 1, 2379, "light.x.example"),
            new DnsSrv.Target(1, 5, 2380, "heavy.x.example")));
    zone.put(
        "_etcd-client-ssl._tcp.x.example",
        List.of(new DnsSrv.Target(0, 0, 2379, "safe.x.example")));
    assertThat(dns().endpoints("x.example", ""))
        .containsExactly(
            "https://safe.x.example:2379",
            "http://heavy.x.example:2380",
            "http://light.x.example:2379",
            "http://late.x.example:2379");
  }

  @Test
  void aServiceHasItsOwnRecords() {
    zone.put(
        "_etcd-client-blue._tcp.x.example", List.of(new DnsSrv.Target(0, 0, 1, "b.x.example")));
    assertThat(dns().endpoints("x.example", "blue")).containsExactly("http://b.x.example:1");
  }

  @Test
  void noRecordsAreAnError() {
    IllegalArgumentException failure =
        catchThrowableOfType(
            IllegalArgumentException.class, () -> dns().endpoints("y.example", ""));
    assertThat(failure).hasMessageContaining("_etcd-client._tcp");
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] answer = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException e) {
        return;
      }
    }
  }

  private byte[] answer(ByteBuffer query) throws IOException {
    short id = query.getShort();
    query.position(12);
    List<String> labels = new ArrayList<>();
    for (int length = query.get(); length > 0; length = query.get()) {
      byte[] label = new byte[length];
      query.get(label);
      labels.add(new String(label, US_ASCII));
    }
    String name = String.join(".", labels);
    List<DnsSrv.Target> targets = zone.getOrDefault(name, List.of());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(id);
    out.writeShort(targets.isEmpty() ? 0x8583 : 0x8580);
    out.writeShort(1);
    out.writeShort(targets.size());
    out.writeInt(0);
    writeName(out, name);
    out.writeInt(SRV << 16 | 1);
    for (DnsSrv.Target target : targets) {
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      DataOutputStream record = new DataOutputStream(data);
      record.writeShort(target.priority());
      record.writeShort(target.weight());
      record.writeShort(target.port());
      writeName(record, target.host());
      writeName(out, name);
      out.writeInt(SRV << 16 | 1);
      out.writeInt(60);
      out.writeShort(data.size());
      data.writeTo(out);
    }
    return bytes.toByteArray();
  }

  private static void writeName(DataOutputStream out, String name) throws IOException {
    for (String label : name.split("\\.")) {
      out.writeByte(label.length());
      out.write(label.getBytes(US_ASCII));
    }
    out.writeByte(0);
  }
}
