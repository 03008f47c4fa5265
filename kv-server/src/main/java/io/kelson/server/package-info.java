/** Placeholder. */
package io.kelson.server;
