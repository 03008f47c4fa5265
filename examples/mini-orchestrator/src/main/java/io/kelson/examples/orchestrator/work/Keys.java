package io.kelson.examples.orchestrator.work;

import io.kelson.client.Bytes;

/**
 * The keys of the orchestrator.
 *
 * <pre>
 * work/items/ID           an item and where it stands; what every transaction compares
 * work/assigned/NODE/ID   the same for as long as NODE is to run it: what that node watches
 * services/worker/NODE    a node that lives: address and capacity, on its lease
 * scale/desired           how many nodes there should be
 * election/...            who schedules, who scales
 * </pre>
 *
 * <p>All are below the namespace of the client.
 */
public final class Keys {
  /** Where the items are. */
  public static final Bytes ITEMS = Bytes.utf8("work/items/");

  /** How many nodes there should be. */
  public static final Bytes DESIRED = Bytes.utf8("scale/desired");

  /** The election of the scheduler. */
  public static final Bytes SCHEDULER = Bytes.utf8("election/scheduler");

  /** The election of the autoscaler. */
  public static final Bytes AUTOSCALER = Bytes.utf8("election/autoscaler");

  /** Below which services register. */
  public static final Bytes SERVICES = Bytes.utf8("services/");

  /** The service that the nodes are instances of. */
  public static final String WORKER = "worker";

  /** The metadata of an instance that says how much a node can hold. */
  public static final String CAPACITY = "capacity";

  private Keys() {}

  /** The item of that id. */
  static Bytes item(String id) {
    return ITEMS.concat(Bytes.utf8(id));
  }

  /** The registration of a node; exists as long as its lease does. */
  static Bytes node(String node) {
    return SERVICES.concat(Bytes.utf8(WORKER + "/" + node));
  }

  /** Below which the node of that name finds what it is to run. */
  public static Bytes assigned(String node) {
    return Bytes.utf8("work/assigned/" + node + "/");
  }

  static Bytes assigned(String node, String id) {
    return assigned(node).concat(Bytes.utf8(id));
  }
}
