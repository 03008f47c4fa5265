package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom certificates are for, and where members with them may come from. */
class NamesTest {
  private static final TestCertificates.Authority CA = TestCertificates.authority("ca");

  private static X509Certificate certificate(String... hosts) {
    return CA.issue("member one", hosts).certificate();
  }

  @Test
  void namesAreMatchedAsServersAre() {
    X509Certificate some = certificate("a.example", "*.b.example", "10.0.0.1", "fd00::1");
    assertThat(List.of("a.example", "A.Example.", "x.b.example", "10.0.0.1", "fd00:0:0:0:0:0:0:1"))
        .allMatch(host -> SubjectNames.cover(some, host));
    assertThat(List.of("b.example", "x.y.b.example", "xa.example", "10.0.0.2", "*.b.example."))
        .filteredOn(host -> SubjectNames.cover(some, host))
        .containsExactly("*.b.example.");
    assertThat(SubjectNames.commonName(TestCertificates.authority("the one").certificate()))
        .isEqualTo("the one");
  }

  @Test
  void aMemberComesFromWhereItsCertificateSays() throws Exception {
    AddressCheck check = new AddressCheck(new Book());
    InetAddress home = InetAddress.getByName("10.0.0.1");
    assertThat(check.objection(certificate(), home)).isEmpty();
    assertThat(check.objection(certificate("10.0.0.1"), home)).isEmpty();
    assertThat(check.objection(certificate("home.example"), home)).isEmpty();
    assertThat(check.objection(certificate("*.example", "10.0.0.9"), home)).isEmpty();
    for (String other : List.of("10.0.0.2", "away.example", "*.org", "unknown.example")) {
      assertThat(check.objection(certificate(other), home))
          .as(other)
          .hasValueSatisfying(
              text -> assertThat(text).contains(other, "10.0.0.1", "--peer-skip-client-san"));
    }
  }

  private static final class Book implements AddressCheck.Names {
    @Override
    public List<InetAddress> addresses(String name) {
      try {
        return switch (name) {
          case "home.example" -> List.of(InetAddress.getByName("10.0.0.1"));
          case "away.example" -> List.of(InetAddress.getByName("10.0.0.7"));
          default -> List.of();
        };
      } catch (java.net.UnknownHostException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public String name(InetAddress address) {
      return address.getHostAddress().equals("10.0.0.1") ? "home.example" : "10.0.0.7";
    }
  }
}
