/** Runs: a cluster, a workload, faults, and what the checkers say of it; the command for it. */
package io.kelson.chaos.run;
