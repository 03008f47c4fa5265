/** What is done to a cluster while clients work, and how it is known that it took effect. */
package io.kelson.chaos.nemesis;
