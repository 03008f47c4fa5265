package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import io.kelson.server.KelsonVersion;

/** {@code /version}: etcd's versions, and Kelson's own beside them. */
final class VersionRoute implements Route {
  private static final String BODY =
      "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\",\"kelson\":\"%s\"}"
          .formatted(
              KelsonVersion.ETCD_API,
              KelsonVersion.CLUSTER,
              KelsonVersion.CLUSTER,
              KelsonVersion.OWN);

  @Override
  public RequestBody begin(Exchange exchange) {
    return new Gets(get -> get.reply(OK, Exchange.JSON, BODY)).begin(exchange);
  }
}
