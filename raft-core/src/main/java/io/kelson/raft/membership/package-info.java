/**
 * Who belongs to a cluster, and the ways from one membership to another.
 *
 * <p>{@link io.kelson.raft.membership.Configuration} knows the steps of joint consensus, {@link
 * io.kelson.raft.membership.ConfigEntry} is how a configuration stands in the log. Nothing here
 * knows of terms, messages or progress; when a step may be taken is the core's business.
 */
package io.kelson.raft.membership;
