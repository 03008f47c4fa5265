/**
 * What a leader knows of one follower: how far its log matches, what is under way to it, whether it
 * has been heard of. Nothing here knows of logs, terms or messages.
 */
package io.kelson.raft.progress;
