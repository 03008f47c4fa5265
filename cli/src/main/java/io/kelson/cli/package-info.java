/** Placeholder. */
package io.kelson.cli;
