package io.kelson.examples.orchestrator.parts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** The service of a node: answers every request, by HTTP on a loopback port, with its name. */
public final class Answers implements AutoCloseable {
  private final HttpServer server;

  private Answers(HttpServer server) {
    this.server = server;
  }

  /** Starts to answer, on a port that the system chooses. */
  public static Answers start(String name) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      byte[] answer = name.getBytes(StandardCharsets.UTF_8);
      server.createContext("/", exchange -> answer(exchange, answer));
      server.start();
      return new Answers(server);
    } catch (IOException e) {
      throw new UncheckedIOException("no port to answer on", e);
    }
  }

  private static void answer(HttpExchange exchange, byte[] answer) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** Where, as {@code host:port}. */
  public String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Stops at once. */
  @Override
  public void close() {
    server.stop(0);
  }
}
