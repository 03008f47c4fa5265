/**
 * {@code kelson repair}: brings a member whose data is damaged or lost back from its peers, under a
 * new id ({@link io.kelson.server.repair.Repair}), and says what is damaged ({@link
 * io.kelson.server.repair.Damage}).
 */
package io.kelson.server.repair;
