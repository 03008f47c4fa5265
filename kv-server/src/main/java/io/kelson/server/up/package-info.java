/**
 * {@code kelson up}: a cluster of separate processes on this machine, for trying Kelson out and for
 * developing against it.
 */
package io.kelson.server.up;
