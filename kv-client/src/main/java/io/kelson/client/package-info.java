/** Placeholder. */
package io.kelson.client;
