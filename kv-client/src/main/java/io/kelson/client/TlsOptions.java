package io.kelson.client;

import java.nio.file.Path;

/**
 * How a client speaks TLS: whom it trusts, and what it shows. Immutable; the files are read when
 * the client is built.
 *
 * <pre>{@code
 * KelsonClient.builder()
 *     .endpoints("https://10.0.0.1:2379")
 *     .tls(TlsOptions.trusting(Path.of("ca.pem")).showing(Path.of("me.pem"), Path.of("me-key.pem")))
 *     .build();
 * }</pre>
 *
 * @param trustedCaFile PEM certificates of who may have signed the servers'; null for those the
 *     Java runtime trusts
 * @param certFile this client's certificate chain in PEM; null to show none
 * @param keyFile its private key in PEM, PKCS#8, PKCS#1 or SEC1, not encrypted
 * @param serverName the name a server's certificate must be for; null for the endpoint's host
 * @param skipsVerify believe any server: for trying things out, as anybody may pretend to be one
 */
public record TlsOptions(
    Path trustedCaFile, Path certFile, Path keyFile, String serverName, boolean skipsVerify) {
  /** Trusts whom the Java runtime trusts, and shows nothing. */
  public static final TlsOptions DEFAULT = new TlsOptions(null, null, null, null, false);

  public TlsOptions {
    if ((certFile == null) != (keyFile == null)) {
      throw new IllegalArgumentException(
          "a client certificate and its key belong together; give both or neither");
    }
  }

  /** Trusts servers whose certificate one of these authorities has signed. */
  public static TlsOptions trusting(Path caFile) {
    return new TlsOptions(caFile, null, null, null, false);
  }

  /** The same, showing a certificate to servers that ask for one. */
  public TlsOptions showing(Path cert, Path key) {
    return new TlsOptions(trustedCaFile, cert, key, serverName, skipsVerify);
  }

  /** The same, with servers whose certificate is for that name, wherever they are. */
  public TlsOptions withServerName(String name) {
    return new TlsOptions(trustedCaFile, certFile, keyFile, name, skipsVerify);
  }

  /** The same, believing any server if so said. */
  public TlsOptions skippingVerify(boolean skips) {
    return new TlsOptions(trustedCaFile, certFile, keyFile, serverName, skips);
  }
}
