/**
 * Snapshots: a state machine's files at one position, shipped to a member that lacks entries which
 * are no longer in the log (Raft paper, section 7), and put in the place of what it had.
 *
 * <p>The sender ({@link io.kelson.raft.snapshot.SnapshotSender}) takes a {@link
 * io.kelson.raft.snapshot.Checkpoint} and sends a manifest; the receiver ({@link
 * io.kelson.raft.snapshot.SnapshotReceiver}) asks for the files it does not hold, collects them in
 * a staging directory and hands over a {@link io.kelson.raft.snapshot.ReceivedSnapshot} when all
 * have the checksums the manifest gave. {@link io.kelson.raft.snapshot.StoreGenerations} puts it in
 * place so that a crash leaves either the old state or the new.
 *
 * <p>Nothing here runs on the raft loop or shares a connection with it: a snapshot that takes
 * minutes must not cost a heartbeat. File content never touches an event loop.
 */
package io.kelson.raft.snapshot;
