/** The parts that run, each as a process of its own or, in tests, side by side in one. */
package io.kelson.examples.orchestrator.parts;
