package io.kelson.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Reads a member's {@code /metrics}. With TLS the server must not ask for a certificate. */
final class Metrics {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HttpClient http;
  private final URI uri;

  private Metrics(HttpClient http, URI uri) {
    this.http = http;
    this.uri = uri;
  }

  /** Those of the member at a client endpoint. */
  static Metrics of(Session session, String endpoint) {
    Globals.Security security = session.globals().security();
    boolean isTls =
        endpoint.startsWith("https://")
            || !endpoint.startsWith("http://") && !security.cacert().isEmpty();
    String address = endpoint.replaceFirst("^https?://", "");
    HttpClient.Builder http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(session.globals().dialTimeout());
    try {
      if (isTls && !security.cacert().isEmpty()) {
        http.sslContext(trusting(Path.of(ByteText.readable(security.cacert()))));
      }
    } catch (IOException | GeneralSecurityException e) {
      throw CliException.badArgs("cannot use --cacert for the metrics: " + e.getMessage());
    }
    return new Metrics(
        http.build(), URI.create((isTls ? "https://" : "http://") + address + "/metrics"));
  }

  private static SSLContext trusting(Path authorities)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(authorities)) {
      for (Certificate authority :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + store.size(), authority);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** The value of one without labels. */
  double value(String name) throws InterruptedException {
    Double value = all().get(name);
    if (value == null) {
      throw new CliException(ExitCode.ERROR, uri + " does not have " + name);
    }
    return value;
  }

  /** All samples by name and labels, as they are written. */
  Map<String, Double> all() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
    HttpResponse<String> response;
    try {
      response = http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new CliException(ExitCode.ERROR, "cannot read " + uri + ": " + e);
    }
    if (response.statusCode() != 200) {
      throw new CliException(ExitCode.ERROR, uri + " answers " + response.statusCode());
    }
    Map<String, Double> samples = new HashMap<>();
    response.body().lines().forEach(line -> parse(line, samples));
    return samples;
  }

  private static void parse(String line, Map<String, Double> samples) {
    int blank = line.lastIndexOf(' ');
    if (line.startsWith("#") || blank < 0) {
      return;
    }
    try {
      samples.put(
          line.substring(0, blank),
          Double.parseDouble(line.substring(blank + 1).replace("+Inf", "Infinity")));
    } catch (NumberFormatException e) {
      // No sample.
    }
  }
}
