/**
 * Finds out from DNS who the members of a new cluster are: {@link
 * io.kelson.server.discovery.SrvDiscovery}.
 */
package io.kelson.server.discovery;
