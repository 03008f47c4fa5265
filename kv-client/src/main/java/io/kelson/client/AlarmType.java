package io.kelson.client;

/** The kinds of alarm; {@code NONE} stands for every kind where alarms are asked for. */
public enum AlarmType {
  /** No alarm, or, where alarms are asked for or taken back, any. */
  NONE,
  /** The store's quota is used up: writes are refused until it is disarmed. */
  NOSPACE,
  /** Members disagree on what they store. */
  CORRUPT
}
