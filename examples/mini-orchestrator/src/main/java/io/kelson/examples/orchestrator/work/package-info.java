/** What is in the store, and every transaction that changes it. */
package io.kelson.examples.orchestrator.work;
