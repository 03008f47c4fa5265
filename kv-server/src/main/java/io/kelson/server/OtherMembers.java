package io.kelson.server;

import io.kelson.server.membership.MemberChanges;
import io.kelson.server.mvcc.MvccStore;
import java.util.Set;

/** What changes of membership ask about the others. */
record OtherMembers(MvccStore store, ConnectedPeers peers) implements MemberChanges.Others {
  @Override
  public Set<Long> started() {
    return store.memberAttributes().keySet();
  }

  @Override
  public boolean isConnected(long id) {
    return peers.isConnected(id);
  }
}
