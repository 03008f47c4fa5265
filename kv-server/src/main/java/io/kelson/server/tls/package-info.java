/**
 * TLS on both ports: {@link io.kelson.server.tls.ServerTls} is what a member opens, {@link
 * io.kelson.server.tls.TlsContexts} reads the files and reads them again when they change, {@link
 * io.kelson.server.tls.TlsEntrance} is the first to see an accepted connection.
 */
package io.kelson.server.tls;
