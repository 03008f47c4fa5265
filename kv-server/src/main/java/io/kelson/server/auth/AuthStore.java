package io.kelson.server.auth;

import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import java.util.function.Consumer;

/**
 * Where the present state of authentication is found. The apply thread replaces it; any thread
 * reads it, at the cost of a volatile read.
 *
 * <p>What is shown here and what {@link MvccStore} shows never change in the same step: entries
 * about users are applied in groups of their own. Whoever finds the same state before and after
 * taking a view may judge by that state what is read in that view.
 */
public final class AuthStore {
  private final Consumer<TokenEffect> tokens;
  private volatile AuthState current;

  /**
   * Reads what a store holds.
   *
   * @param tokens told what becomes of tokens, on the apply thread
   */
  public AuthStore(MvccStore store, Consumer<TokenEffect> tokens) {
    this.tokens = tokens;
    this.current = read(store);
  }

  /** The state as of the last entry applied. Any thread. */
  public AuthState current() {
    return current;
  }

  /**
   * What a command comes to; nothing has changed yet. Apply thread only.
   *
   * @param index of the entry the command stands in
   * @throws AuthException if it is refused
   */
  public AuthChange change(InternalRequest command, long index) {
    return AuthEdit.of(command, index, current);
  }

  /** Shows everybody what has been written. Apply thread only. */
  public void publish(AuthChange change) {
    current = change.after();
    if (change.tokens() != TokenEffect.NONE) {
      tokens.accept(change.tokens());
    }
  }

  /**
   * A snapshot has taken the place of the store's state. Tokens are forgotten, as what would have
   * ended them may have been skipped. Apply thread only.
   */
  public void replaced(MvccStore store) {
    current = read(store);
    tokens.accept(TokenEffect.dropAll());
  }

  private static AuthState read(MvccStore store) {
    try (StoreView view = store.acquireView()) {
      return AuthRows.read(view.metaRows(AuthRows.PREFIX), view.generation());
    }
  }
}
