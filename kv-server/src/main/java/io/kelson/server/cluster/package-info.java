/**
 * Who this member is and with whom: ids made the way etcd makes them ({@link
 * io.kelson.server.cluster.MemberIds}), the members ({@link io.kelson.server.cluster.ClusterInfo}),
 * and the directory that belongs to one member only ({@link
 * io.kelson.server.cluster.DataDirectory}).
 */
package io.kelson.server.cluster;
