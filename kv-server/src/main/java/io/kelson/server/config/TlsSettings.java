package io.kelson.server.config;

import java.nio.file.Path;
import java.util.List;

/**
 * How one of the two ports speaks TLS, as etcd's {@code --cert-file} family and its {@code --peer-}
 * twins say it. Build one with {@link #builder()}.
 *
 * @param certFile this member's certificate chain in PEM; null without TLS
 * @param keyFile its private key in PEM, PKCS#8 or PKCS#1; null without TLS
 * @param trustedCaFile who may have signed the certificates of the other side; null: nobody is
 *     asked
 * @param clientCertAuth whether the other side must show a certificate
 * @param crlFile certificates that are not accepted any more, PEM or DER; null if there are none
 * @param allowedCns common names one of which the other side's certificate must carry; empty: any
 * @param allowedHostnames names one of which the other side's certificate must be for; empty: any
 * @param skipClientSanVerification do not ask that a peer's certificate names the address it comes
 *     from
 * @param autoTls make a certificate at the first start, signed by nobody, if no file is given
 * @param selfSignedValidityYears how long such a certificate is good for
 * @param cipherSuites suites by their IANA names, in order of preference; empty: the library's
 * @param minVersion oldest protocol version spoken
 * @param maxVersion newest protocol version spoken; null: the newest there is
 */
public record TlsSettings(
    Path certFile,
    Path keyFile,
    Path trustedCaFile,
    boolean clientCertAuth,
    Path crlFile,
    List<String> allowedCns,
    List<String> allowedHostnames,
    boolean skipClientSanVerification,
    boolean autoTls,
    int selfSignedValidityYears,
    List<String> cipherSuites,
    Version minVersion,
    Version maxVersion) {
  /** No TLS: the port is plain. */
  public static final TlsSettings OFF = builder().build();

  /** Protocol versions that may be asked for; older ones are broken. */
  public enum Version {
    TLS1_2,
    TLS1_3
  }

  public TlsSettings {
    allowedCns = List.copyOf(allowedCns);
    allowedHostnames = List.copyOf(allowedHostnames);
    cipherSuites = List.copyOf(cipherSuites);
  }

  /** Whether the port can speak TLS at all: it has a certificate, or makes one. */
  public boolean isOn() {
    return certFile != null || autoTls;
  }

  /** A builder with TLS off. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings. Not thread-safe. */
  public static final class Builder {
    private Path certFile;
    private Path keyFile;
    private Path trustedCaFile;
    private boolean clientCertAuth;
    private Path crlFile;
    private List<String> allowedCns = List.of();
    private List<String> allowedHostnames = List.of();
    private boolean skipClientSanVerification;
    private boolean autoTls;
    private int selfSignedValidityYears = 1;
    private List<String> cipherSuites = List.of();
    private Version minVersion = Version.TLS1_2;
    private Version maxVersion;

    private Builder() {}

    /** This member's certificate chain. */
    public Builder certFile(Path value) {
      certFile = value;
      return this;
    }

    /** This member's private key. */
    public Builder keyFile(Path value) {
      keyFile = value;
      return this;
    }

    /** Who may have signed the other side's certificates. */
    public Builder trustedCaFile(Path value) {
      trustedCaFile = value;
      return this;
    }

    /** Whether the other side must show a certificate. */
    public Builder clientCertAuth(boolean value) {
      clientCertAuth = value;
      return this;
    }

    /** Certificates that are not accepted any more. */
    public Builder crlFile(Path value) {
      crlFile = value;
      return this;
    }

    /** Common names the other side may have. */
    public Builder allowedCns(List<String> value) {
      allowedCns = value;
      return this;
    }

    /** Host names the other side may have. */
    public Builder allowedHostnames(List<String> value) {
      allowedHostnames = value;
      return this;
    }

    /** Whether a peer may come from an address that its certificate does not name. */
    public Builder skipClientSanVerification(boolean value) {
      skipClientSanVerification = value;
      return this;
    }

    /** Whether to make a certificate if none is given. */
    public Builder autoTls(boolean value) {
      autoTls = value;
      return this;
    }

    /** How long a certificate made here is good for. */
    public Builder selfSignedValidityYears(int value) {
      selfSignedValidityYears = value;
      return this;
    }

    /** Cipher suites in order of preference. */
    public Builder cipherSuites(List<String> value) {
      cipherSuites = value;
      return this;
    }

    /** Oldest protocol version spoken. */
    public Builder minVersion(Version value) {
      minVersion = value;
      return this;
    }

    /** Newest protocol version spoken. */
    public Builder maxVersion(Version value) {
      maxVersion = value;
      return this;
    }

    /** The settings; what contradicts itself is refused by {@link ServerConfig}. */
    public TlsSettings build() {
      return new TlsSettings(
          certFile,
          keyFile,
          trustedCaFile,
          clientCertAuth,
          crlFile,
          allowedCns,
          allowedHostnames,
          skipClientSanVerification,
          autoTls,
          selfSignedValidityYears,
          cipherSuites,
          minVersion,
          maxVersion);
    }
  }
}
