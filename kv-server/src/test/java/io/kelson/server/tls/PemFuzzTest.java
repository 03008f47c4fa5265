package io.kelson.server.tls;

import io.kelson.server.fuzz.FuzzRun;
import io.kelson.server.fuzz.Mutator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Harmed certificates, keys and revocation lists: read, or refused with the file's name. */
class PemFuzzTest {
  @TempDir Path directory;

  private interface Reader {
    void read(Path file) throws TlsException;
  }

  static LongStream seeds() {
    return FuzzRun.seeds();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void filesOfAllKinds(long seed) throws Exception {
    Random random = new Random(seed);
    Mutator mutator = new Mutator(random);
    List<byte[]> samples = samples();
    List<Reader> readers =
        List.of(PemFiles::certificates, PemFiles::privateKey, PemFiles::revocations);
    Path file = directory.resolve("harmed.pem");
    int inputs = FuzzRun.inputs(20);
    int accepted = 0;
    for (int i = 0; i < inputs; i++) {
      byte[] input = mutator.mutate(samples.get(random.nextInt(samples.size())), samples);
      Files.write(file, input);
      for (Reader reader : readers) {
        try {
          accepted += isRead(reader, file) ? 1 : 0;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
          throw FuzzRun.failure("PEM", seed, i, input, e);
        }
      }
    }
    FuzzRun.report(
        "PEM", seed, "%d inputs for each of three readers, %d read".formatted(inputs, accepted));
  }

  private static boolean isRead(Reader reader, Path file) {
    try {
      reader.read(file);
      return true;
    } catch (TlsException e) {
      if (!e.getMessage().contains(file.toString())) {
        throw new IllegalStateException("which file is not said", e);
      }
      return false;
    }
  }

  private List<byte[]> samples() throws IOException {
    TestCertificates files = new TestCertificates(directory);
    TestCertificates.Authority authority = TestCertificates.authority("authority");
    TestCertificates.Issued curve = authority.issue("member", "member.test", "127.0.0.1");
    TestCertificates.Issued rsa = authority.issueRsa("other", "::1");
    authority.revoke(rsa.certificate());
    List<Path> paths = new ArrayList<>();
    for (TestCertificates.Pair pair :
        List.of(
            files.pair("curve", curve),
            files.pair("rsa", rsa),
            files.traditionalPair("old-curve", curve),
            files.traditionalPair("old-rsa", rsa))) {
      paths.add(pair.cert());
      paths.add(pair.key());
    }
    paths.add(files.pem("authority.pem", authority.certificate(), curve.certificate()));
    paths.add(files.pem("revoked.pem", authority.revocations()));
    List<byte[]> samples = new ArrayList<>();
    for (Path path : paths) {
      samples.add(Files.readAllBytes(path));
    }
    try {
      samples.add(authority.revocations().getEncoded());
    } catch (CRLException e) {
      throw new IllegalStateException(e);
    }
    return samples;
  }
}
