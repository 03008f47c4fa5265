/**
 * Clusters that faults can be done to: plain processes behind a proxy on every link, containers.
 */
package io.kelson.chaos.cluster;
