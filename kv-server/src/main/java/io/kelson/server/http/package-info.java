/**
 * The client port's front: {@link io.kelson.server.http.PortUnification} tells gRPC from plain
 * HTTP/1.1 by a connection's first bytes, and {@link io.kelson.server.http.HttpDoor} answers the
 * latter.
 */
package io.kelson.server.http;
