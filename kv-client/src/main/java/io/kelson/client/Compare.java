package io.kelson.client;

import java.util.Objects;

/**
 * One condition of a transaction.
 *
 * <p>A key that does not exist has the number 0 for every numeric target, and no value: a compare
 * on its value never holds, not even {@code NOT_EQUAL}.
 *
 * @param key the key, or the first of a range
 * @param rangeEnd empty for the single key; else every key in {@code [key, rangeEnd)} must satisfy
 * @param target what is compared
 * @param relation how the store's side must stand to the given side
 * @param number the given side for every target but {@code VALUE}
 * @param value the given side for {@code VALUE}
 */
public record Compare(
    Bytes key, Bytes rangeEnd, Target target, Relation relation, long number, Bytes value) {

  /** What is compared. */
  public enum Target {
    /** How often the key was written since it was created; 0 if it does not exist. */
    VERSION,

    /** The revision it was created at; 0 if it does not exist. */
    CREATE_REVISION,

    /** The revision it was last written at; 0 if it does not exist. */
    MOD_REVISION,

    /** Its value; a key that does not exist fails every such comparison. */
    VALUE,

    /** The lease it is attached to; 0 for none. */
    LEASE
  }

  /** How the store's side must stand to the given side. */
  public enum Relation {
    /** Is the same. */
    EQUAL,

    /** Is more; of values, comes later byte by byte. */
    GREATER,

    /** Is less; of values, comes earlier byte by byte. */
    LESS,

    /** Is another. */
    NOT_EQUAL
  }

  public Compare {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }

  /** Compares the number of writes since creation. */
  public static Compare version(Bytes key, Relation relation, long version) {
    return number(key, Target.VERSION, relation, version);
  }

  /** Compares the revision of creation; equal to 0 holds when the key does not exist. */
  public static Compare createRevision(Bytes key, Relation relation, long revision) {
    return number(key, Target.CREATE_REVISION, relation, revision);
  }

  /** Compares the revision of the last change; equal to 0 holds when the key does not exist. */
  public static Compare modRevision(Bytes key, Relation relation, long revision) {
    return number(key, Target.MOD_REVISION, relation, revision);
  }

  /** Compares the lease. */
  public static Compare lease(Bytes key, Relation relation, long lease) {
    return number(key, Target.LEASE, relation, lease);
  }

  /** Compares the value. */
  public static Compare value(Bytes key, Relation relation, Bytes value) {
    return new Compare(key, Bytes.EMPTY, Target.VALUE, relation, 0, value);
  }

  /** The same condition on every key in {@code [key, rangeEnd)}. */
  public Compare withRangeEnd(Bytes end) {
    return new Compare(key, end, target, relation, number, value);
  }

  private static Compare number(Bytes key, Target target, Relation relation, long number) {
    return new Compare(key, Bytes.EMPTY, target, relation, number, Bytes.EMPTY);
  }
}
