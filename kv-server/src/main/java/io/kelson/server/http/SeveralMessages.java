package io.kelson.server.http;

import java.io.InputStream;
import java.util.List;

/**
 * The bytes of several messages of a stream, handed over as one. Whoever sends them takes them
 * apart: this is never read itself.
 */
public interface SeveralMessages {
  /** The bytes of each, in order, to be taken once and on the calling thread. */
  List<InputStream> messages();
}
