package io.kelson.raft.sim;

/** An invariant did not hold, or the healed cluster did not converge. */
public final class SimFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SimFailure(String what) {
    super(what);
  }

  SimFailure(String what, Throwable cause) {
    super(what, cause);
  }
}
