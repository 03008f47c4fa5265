/**
 * Locks, elections and the like, agreed on through the store: what etcd's {@code concurrency}
 * package and its recipes offer, over transactions and watches.
 *
 * <p>Begin with a {@link io.kelson.client.coordination.Session}: a lease that is kept alive, on
 * which everything that is held hangs, so that it goes when its holder does. Whoever comes first
 * (lowest creation revision below a prefix) holds; whoever waits watches its predecessor only.
 *
 * <p><b>No lock held by a lease can keep two processes apart by itself</b>: a holder may stop for
 * longer than its lease lives and not know. Everything here therefore gives out a fence, the
 * revision at which the holder's key was created. It grows from holder to holder; show it to what
 * is being guarded, which must refuse a smaller one than it has seen, or make it a condition of
 * transactions ({@link io.kelson.client.coordination.Held#stillHeld}).
 */
package io.kelson.client.coordination;
