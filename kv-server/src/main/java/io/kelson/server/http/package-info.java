/**
 * HTTP/1.1. {@link io.kelson.server.http.PortUnification} tells gRPC from HTTP by a connection's
 * first bytes, and {@link io.kelson.server.http.HttpListener} has ports on which nothing else is
 * spoken; {@link io.kelson.server.http.HttpPipeline} puts an {@link io.kelson.server.http.HttpDoor}
 * on the connection, which takes one request after the other, and the {@link
 * io.kelson.server.http.HttpSite} says what stands behind a path: probes, version, metrics, and the
 * JSON {@link io.kelson.server.http.Gateway}, which makes a {@link
 * io.kelson.server.http.GatewayCall} to the service that gRPC would have called.
 */
package io.kelson.server.http;
