package io.kelson.bench.scenario;

import java.util.List;

/** Something that both products are put through once, and what is read off meanwhile. */
interface Scenario {
  /** How many members its cluster has. */
  default int members() {
    return 3;
  }

  /** What its members are started with beside the usual; both products take it. */
  default List<String> flags() {
    return List.of();
  }

  /** What it answers, in the order of the table. */
  List<Row> rows();

  /**
   * Starts the members and does it all.
   *
   * @return a reading for each row, in their order
   * @throws RuntimeException if it could not be done, which is then all there is to say of this run
   */
  List<Reading> run(Stage stage) throws InterruptedException;
}
