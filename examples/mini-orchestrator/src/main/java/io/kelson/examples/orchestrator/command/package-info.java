/** The command line: one class a subcommand. */
package io.kelson.examples.orchestrator.command;
