package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  @TempDir private Path directory;

  private X509Certificate at(Instant now) throws Exception {
    Path fixtures = directory.resolve("fixtures/client");
    return Material.load(SelfSigned.in(fixtures, List.of("localhost", "127.0.0.1"), 2, now))
        .chain()[0];
  }

  @Test
  void itIsMadeOnceAndAnewWhenItHasExpired() throws Exception {
    X509Certificate first = at(NOW);
    assertThat(first.getNotAfter().toInstant()).isEqualTo("2028-03-01T00:00:00Z");
    assertThat(SubjectNames.cover(first, "localhost")).isTrue();
    assertThat(SubjectNames.cover(first, "127.0.0.1")).isTrue();
    assertThat(at(NOW.plus(Duration.ofDays(700)))).isEqualTo(first);
    X509Certificate second = at(NOW.plus(Duration.ofDays(740)));
    assertThat(second).isNotEqualTo(first);
    assertThat(second.getNotAfter().toInstant()).isEqualTo("2030-03-10T00:00:00Z");
  }

  @Test
  void theKeyIsForItsOwnerOnly() throws Exception {
    at(NOW);
    assertThat(Files.getPosixFilePermissions(directory.resolve("fixtures/client/key.pem")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void halfOfOneIsMadeAnew() throws Exception {
    X509Certificate first = at(NOW);
    Files.delete(directory.resolve("fixtures/client/key.pem"));
    assertThat(at(NOW)).isNotEqualTo(first);
  }
}
