/** Which item goes to which node next: pure functions of what is known. */
package io.kelson.examples.orchestrator.policy;
