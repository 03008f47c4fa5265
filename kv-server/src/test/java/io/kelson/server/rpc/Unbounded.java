package io.kelson.server.rpc;

import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.maintenance.SpaceWatch;

/** Maintenance of a store that may grow as it likes, and that nobody else could lead. */
final class Unbounded {
  private Unbounded() {}

  static MaintenanceParts maintenance(MaintenanceStore state) {
    SpaceWatch space = new SpaceWatch(-1, null, state, 1, change -> {}, () -> {}, () -> true);
    return new MaintenanceParts(state, space, id -> false, id -> {}, () -> {});
  }
}
