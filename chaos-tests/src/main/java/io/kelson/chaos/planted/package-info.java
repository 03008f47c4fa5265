/**
 * Bugs planted in the real server, to see that the harness notices.
 *
 * <p>A planted bug is a change to a source; the changed class is compiled and put before the
 * server's own on the class path of every member. The server itself carries no switch for any of
 * them.
 */
package io.kelson.chaos.planted;
