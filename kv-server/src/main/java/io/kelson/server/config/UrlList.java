package io.kelson.server.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads lists of {@code http://host:port} and {@code https://host:port} URLs, and turns one into an
 * address.
 */
public final class UrlList {
  private UrlList() {}

  /**
   * Reads a comma-separated list.
   *
   * @param flag what the list is called, for the error
   * @return the URLs as written, without a trailing slash, in their order
   * @throws ConfigException if one is no {@code http[s]://host:port} or occurs twice
   */
  public static List<String> parse(String flag, String text) {
    List<String> urls = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      urls.add(requireUrl(flag, part.strip()));
    }
    return requireDistinct(flag, urls);
  }

  /**
   * Checks a list that was not read from text.
   *
   * @throws ConfigException as {@link #parse}, or if it is empty
   */
  public static List<String> requireUrls(String flag, List<String> urls) {
    if (urls.isEmpty()) {
      throw new ConfigException(
          flag + " needs at least one URL, for example http://localhost:2379");
    }
    return requireDistinct(flag, urls.stream().map(url -> requireUrl(flag, url)).toList());
  }

  private static List<String> requireDistinct(String flag, List<String> urls) {
    for (int i = 0; i < urls.size(); i++) {
      if (urls.indexOf(urls.get(i)) != i) {
        throw new ConfigException(flag + " names " + urls.get(i) + " twice; remove one of them");
      }
    }
    return List.copyOf(urls);
  }

  private static String requireUrl(String flag, String text) {
    String bad = flag + ": \"" + text + "\" ";
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new ConfigException(bad + "is not a URL; write http://host:port");
    }
    if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
      throw new ConfigException(
          bad + "must start with http:// or https://; write http://host:port");
    }
    if (uri.getHost() == null || uri.getPort() < 0) {
      throw new ConfigException(bad + "lacks a host or a port; write http://host:port");
    }
    if (uri.getPort() > 65535) {
      throw new ConfigException(bad + "has a port above 65535");
    }
    boolean hasMore =
        uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null;
    if (hasMore || !(uri.getPath().isEmpty() || uri.getPath().equals("/"))) {
      throw new ConfigException(bad + "must end after the port; write http://host:port");
    }
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }

  /** Whether a URL asks for TLS. Expects a URL that was checked here. */
  public static boolean isTls(String url) {
    return url.startsWith("https://");
  }

  /** The host and port a URL names, looked up. Expects a URL that was checked here. */
  public static InetSocketAddress address(String url) {
    InetSocketAddress unresolved = unresolved(url);
    return new InetSocketAddress(unresolved.getHostString(), unresolved.getPort());
  }

  /** The host and port a URL names, not looked up. Expects a URL that was checked here. */
  public static InetSocketAddress unresolved(String url) {
    URI uri = URI.create(url);
    String host = uri.getHost();
    boolean bracketed = host.startsWith("[");
    return InetSocketAddress.createUnresolved(
        bracketed ? host.substring(1, host.length() - 1) : host, uri.getPort());
  }
}
