package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real datagram socket, as systemd has one. */
class ServiceManagerTest {
  @TempDir Path temp;

  @BeforeEach
  void needsEpoll() {
    assumeTrue(Epoll.isAvailable(), "Unix sockets need Linux");
  }

  @Test
  void theManagerHears() throws Exception {
    String path = temp.resolve("notify").toString();
    try (NotifySocket socket = new NotifySocket(path)) {
      ServiceManager manager = new ServiceManager(path);
      manager.ready();
      assertThat(socket.take()).isEqualTo("READY=1");
      manager.stopping();
      assertThat(socket.take()).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void anAbstractSocketIsOneTooIfTheManagerHasIt() throws Exception {
    String name = "kelson-" + UUID.randomUUID();
    try (NotifySocket socket = new NotifySocket("\0" + name)) {
      new ServiceManager("@" + name).ready();
      assertThat(socket.take()).isEqualTo("READY=1");
    }
  }

  @Test
  void withoutAManagerNothingHappens() {
    assertThatCode(() -> new ServiceManager(null).ready()).doesNotThrowAnyException();
    assertThatCode(() -> new ServiceManager("").ready()).doesNotThrowAnyException();
    assertThatCode(() -> new ServiceManager(temp.resolve("none").toString()).ready())
        .as("a warning and no more")
        .doesNotThrowAnyException();
  }
}
