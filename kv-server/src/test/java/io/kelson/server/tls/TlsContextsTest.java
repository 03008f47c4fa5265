package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsContextsTest {
  @TempDir Path temp;

  @Test
  void whoHasNoFilesDialsWithWhatTheRuntimeTrusts() throws Exception {
    TlsContexts contexts = TlsContexts.ofClient(TlsFiles.ofClient(null, null, null));
    assertThat(contexts.hasFiles()).isFalse();
    assertThat(contexts.client().isClient()).isTrue();
    assertThat(contexts.client().cipherSuites()).contains("TLS_AES_128_GCM_SHA256");
    assertThat(contexts.client().now()).isSameAs(contexts.client().now());
    assertThat(contexts.server().now()).isNull();
    assertThat(contexts.reloadIfChanged()).isFalse();
  }

  @Test
  void filesThatCannotBeUsedAreRefusedBeforeAnybodyDials() {
    TlsFiles missing = TlsFiles.ofClient(temp.resolve("ca.pem"), null, null);
    assertThatThrownBy(() -> TlsContexts.ofClient(missing))
        .isInstanceOf(TlsException.class)
        .hasMessageContaining("ca.pem");
  }
}
