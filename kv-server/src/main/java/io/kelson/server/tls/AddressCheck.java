package io.kelson.server.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether a member that connects comes from where its certificate says it is, as etcd asks: one of
 * the certificate's addresses, or an address of one of its names. A certificate without either is
 * not asked. Blocks while names are looked up. Thread-safe.
 */
final class AddressCheck {
  private final Names names;

  AddressCheck(Names names) {
    this.names = names;
  }

  /** What the resolver knows. */
  interface Names {
    /** The system's resolver. */
    Names SYSTEM =
        new Names() {
          @Override
          public List<InetAddress> addresses(String name) {
            try {
              return List.of(InetAddress.getAllByName(name));
            } catch (UnknownHostException e) {
              return List.of();
            }
          }

          @Override
          public String name(InetAddress address) {
            return address.getCanonicalHostName();
          }
        };

    /** The addresses behind a name; none if it is unknown. */
    List<InetAddress> addresses(String name);

    /** The name of an address, or the address as text if it has none. */
    String name(InetAddress address);
  }

  /** What is wrong; empty if it may come from there. */
  Optional<String> objection(X509Certificate certificate, InetAddress from) {
    List<String> dns = SubjectNames.dnsNames(certificate);
    List<String> addresses = SubjectNames.addresses(certificate);
    boolean isFree = dns.isEmpty() && addresses.isEmpty();
    if (isFree
        || SubjectNames.hasAddress(certificate, from.getAddress())
        || dns.stream().anyMatch(name -> isAt(name, from))) {
      return Optional.empty();
    }
    List<String> all = new ArrayList<>(dns);
    all.addAll(addresses);
    return Optional.of(
        ("its certificate is for %s and not for %s; issue one that names the address, or set "
                + "--peer-skip-client-san-verification")
            .formatted(all, from.getHostAddress()));
  }

  private boolean isAt(String name, InetAddress from) {
    return name.startsWith("*.")
        ? SubjectNames.matches(name, names.name(from))
        : names.addresses(name).stream()
            .anyMatch(found -> Arrays.equals(found.getAddress(), from.getAddress()));
  }
}
