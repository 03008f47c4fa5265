package io.kelson.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A connection whose bytes a test sees: what is sent is what is written, chunks are as they came.
 */
public final class RawHttp implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final InputStream in;

  public RawHttp(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = socket.getInputStream();
  }

  /** An answer; the names of headers in lower case. */
  public record Answer(int status, Map<String, String> headers, String body) {
    public String header(String name) {
      return headers.get(name);
    }
  }

  /** One request on a connection of its own. */
  public static Answer ask(int port, String method, String path, String body) throws IOException {
    try (RawHttp http = new RawHttp(port)) {
      return http.ask(method, path, body);
    }
  }

  /** One request on this connection. */
  public Answer ask(String method, String path, String body, String... headers) throws IOException {
    request(method, path, body, headers);
    return answer(method.equals("HEAD"));
  }

  public void request(String method, String path, String body, String... headers)
      throws IOException {
    StringBuilder head =
        new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    send(head + "Content-Length: " + bytes.length + "\r\n\r\n" + body);
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private Answer answer(boolean bodiless) throws IOException {
    Answer head = head();
    if (bodiless) {
      return head;
    }
    String body;
    if ("chunked".equals(head.header("transfer-encoding"))) {
      StringBuilder all = new StringBuilder();
      for (String chunk = chunk(); chunk != null; chunk = chunk()) {
        all.append(chunk);
      }
      body = all.toString();
    } else {
      int length = Integer.parseInt(head.headers().getOrDefault("content-length", "0"));
      body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
    return new Answer(head.status(), head.headers(), body);
  }

  Answer answer() throws IOException {
    return answer(false);
  }

  /** Status and headers; what follows is read by {@link #chunk}. */
  public Answer head() throws IOException {
    String status = line();
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Answer(Integer.parseInt(status.split(" ", -1)[1]), headers, "");
  }

  /** The next chunk, or null if that was all. */
  public String chunk() throws IOException {
    int length = Integer.parseInt(line(), 16);
    String chunk = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    // Behind the last chunk there may be trailers.
    while (!line().isEmpty() && length == 0) {}
    return length == 0 ? null : chunk;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the connection ended after \"" + line + "\"");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  /** Whether the server closes the connection, having sent nothing more. */
  boolean ends() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
