/**
 * Services that are found by name: instances register themselves on a lease and are gone when their
 * process is; callers keep a live list and choose from it.
 */
package io.kelson.client.discovery;
