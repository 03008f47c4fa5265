package io.kelson.cli;

import io.kelson.client.KelsonClientBuilder;
import io.kelson.client.TlsOptions;
import java.nio.file.Path;
import java.util.List;

/** The TLS flags, as etcdctl understands them. */
final class TlsFlags {
  private TlsFlags() {}

  /** Sets a client up for TLS if a flag asks for it; otherwise endpoints do. */
  static KelsonClientBuilder set(
      KelsonClientBuilder builder, Globals.Security flags, List<String> endpoints) {
    if (flags.cert().isEmpty() != flags.key().isEmpty()) {
      throw CliException.badArgs(
          flags.cert().isEmpty() ? "--key needs --cert beside it" : "--cert needs --key beside it");
    }
    boolean isAsked =
        !flags.cacert().isEmpty()
            || !flags.cert().isEmpty()
            || !flags.serverName().isEmpty()
            || !flags.isPlain()
            // By itself it asks for no TLS; it says how to speak it where an endpoint asks.
            || flags.isInsecure() && endpoints.stream().anyMatch(at -> at.startsWith("https://"));
    return isAsked
        ? builder.tls(
            new TlsOptions(
                file(flags.cacert()),
                file(flags.cert()),
                file(flags.key()),
                flags.serverName().isEmpty() ? null : ByteText.readable(flags.serverName()),
                flags.isInsecure()))
        : builder;
  }

  private static Path file(String name) {
    return name.isEmpty() ? null : Path.of(ByteText.readable(name));
  }
}
