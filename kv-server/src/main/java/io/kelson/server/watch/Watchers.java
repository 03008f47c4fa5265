package io.kelson.server.watch;

import java.util.ArrayList;

/** One watcher or several of the same keys; one, the usual case, needs no list around it. */
sealed interface Watchers permits Watcher, WatcherBucket {
  void addTo(ArrayList<Watcher> out);
}
