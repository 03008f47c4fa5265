package io.kelson.examples.orchestrator.policy;

import io.kelson.examples.orchestrator.work.Item;

/**
 * A choice: that item to that node.
 *
 * @param item a pending item
 * @param node the node's name
 */
public record Placement(Item item, String node) {}
