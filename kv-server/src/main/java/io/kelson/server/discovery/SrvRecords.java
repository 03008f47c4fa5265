package io.kelson.server.discovery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/**
 * Asks DNS for SRV records, with the client that is in the JDK: it reads the system's settings,
 * repeats lost questions, and asks over TCP when an answer is too long for a datagram.
 */
final class SrvRecords {
  /** The servers the system is set up with. */
  static final String SYSTEM = "dns:";

  private static final String FIRST_TIMEOUT_MILLIS = "1000";
  private static final String ATTEMPTS = "4";

  private final String servers;

  /**
   * @param servers {@link #SYSTEM}, or URLs as in {@code dns://127.0.0.1:5353}
   */
  SrvRecords(String servers) {
    this.servers = servers;
  }

  /**
   * Who offers a service.
   *
   * @param name as in {@code _etcd-server._tcp.example.com}
   * @return {@code host:port} of each record, sorted; empty if there are none
   * @throws DiscoveryException if no server answers, or the answer cannot be read
   */
  List<String> of(String name) throws DiscoveryException {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, servers);
    environment.put("com.sun.jndi.dns.timeout.initial", FIRST_TIMEOUT_MILLIS);
    environment.put("com.sun.jndi.dns.timeout.retries", ATTEMPTS);
    try {
      DirContext dns = new InitialDirContext(environment);
      try {
        Attribute records = dns.getAttributes(name, new String[] {"SRV"}).get("SRV");
        return records == null ? List.of() : read(name, Collections.list(records.getAll()));
      } finally {
        dns.close();
      }
    } catch (NameNotFoundException e) {
      return List.of();
    } catch (NamingException e) {
      throw new DiscoveryException(
          "cannot ask DNS for the SRV records of %s: %s; check the name servers of this machine, or list the members in --initial-cluster"
              .formatted(name, e.getMessage()),
          e);
    }
  }

  private static List<String> read(String name, List<?> records) throws DiscoveryException {
    List<String> found = new ArrayList<>();
    for (Object record : records) {
      // Priority, weight, port and target.
      String[] parts = String.valueOf(record).split(" ");
      if (parts.length != 4 || !parts[2].matches("[0-9]{1,5}")) {
        throw new DiscoveryException(
            "the SRV record \"%s\" of %s cannot be read; correct it".formatted(record, name), null);
      }
      String host =
          parts[3].endsWith(".") ? parts[3].substring(0, parts[3].length() - 1) : parts[3];
      found.add(host.toLowerCase(Locale.ROOT) + ":" + parts[2]);
    }
    Collections.sort(found);
    return found;
  }
}
