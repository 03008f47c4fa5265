/**
 * {@code kelsonctl}: the command line.
 *
 * <p>{@link io.kelson.cli.Main} is the door. {@code Kelsonctl} reads the command line ({@code
 * CommandLines}, which makes only the one command that the line names, for start-up's sake) and
 * turns every failure into a line on stderr and an exit code. A {@code Command} turns flags into
 * requests; a {@code Printer} turns replies into text, one implementation per output format. Keys,
 * values and whatever else comes from the command line travel as strings with one char per byte
 * ({@code ByteText}), so that no character set can spoil them.
 */
package io.kelson.cli;
