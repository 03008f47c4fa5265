package io.kelson.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/** Finds endpoints in DNS, with the JDK's own resolver. */
final class DnsSrv {
  private final String provider;

  /**
   * Asks a given server.
   *
   * @param provider {@code dns:} for the system's servers, or {@code dns://host:port}
   */
  DnsSrv(String provider) {
    this.provider = provider;
  }

  /** One record. */
  record Target(int priority, int weight, int port, String host) {
    /** Reads {@code 0 10 2379 host.example.}. */
    static Target parse(String text) {
      String[] words = text.trim().split("\\s+");
      if (words.length != 4) {
        throw new IllegalArgumentException("\"" + text + "\" is not an SRV record");
      }
      String host =
          words[3].endsWith(".") ? words[3].substring(0, words[3].length() - 1) : words[3];
      return new Target(
          Integer.parseInt(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]), host);
    }
  }

  /** The endpoints of a domain's cluster: those over TLS first, then by priority and weight. */
  List<String> endpoints(String domain, String serviceName) {
    String suffix = serviceName.isEmpty() ? "" : "-" + serviceName;
    List<String> found = new ArrayList<>();
    try {
      add(found, "https://", "_etcd-client-ssl" + suffix + "._tcp." + domain);
      add(found, "http://", "_etcd-client" + suffix + "._tcp." + domain);
    } catch (NamingException e) {
      throw new IllegalArgumentException("DNS gives no endpoints for " + domain + ": " + e, e);
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "DNS has no endpoints for "
              + domain
              + ": it needs SRV records _etcd-client"
              + suffix
              + "._tcp or _etcd-client-ssl"
              + suffix
              + "._tcp");
    }
    return found;
  }

  private void add(List<String> found, String scheme, String name) throws NamingException {
    lookup(name).stream()
        .sorted(
            Comparator.comparingInt(Target::priority)
                .thenComparing(Comparator.comparingInt(Target::weight).reversed()))
        .forEach(target -> found.add(scheme + target.host() + ":" + target.port()));
  }

  private List<Target> lookup(String name) throws NamingException {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, provider);
    DirContext dns = new InitialDirContext(environment);
    try {
      Attribute records = dns.getAttributes(name, new String[] {"SRV"}).get("SRV");
      return records == null ? List.of() : targets(records);
    } catch (NameNotFoundException e) {
      return List.of();
    } finally {
      dns.close();
    }
  }

  private static List<Target> targets(Attribute records) throws NamingException {
    List<Target> targets = new ArrayList<>();
    NamingEnumeration<?> values = records.getAll();
    while (values.hasMore()) {
      targets.add(Target.parse(values.next().toString()));
    }
    return targets;
  }
}
