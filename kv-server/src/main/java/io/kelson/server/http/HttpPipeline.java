package io.kelson.server.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;

/** Makes a connection an HTTP/1.1 one. Thread-safe. */
public final class HttpPipeline {
  private static final int MAX_LINE_BYTES = 8 << 10;

  private final HttpSite site;

  HttpPipeline(HttpSite site) {
    this.site = site;
  }

  /**
   * Adds the handlers behind those that are there; for a connection over TLS the one that decrypts
   * comes first.
   */
  public void install(ChannelPipeline pipeline) {
    HttpDecoderConfig decoder =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(site.limits().maxHeaderBytes());
    pipeline.addLast(new HttpServerCodec(decoder), new HttpDoor(site), new Draining());
  }
}
