/** Placeholder. */
package io.kelson.bench;
