/** Placeholder. */
package io.kelson.chaos;
