package io.kelson.chaos.workload;

import io.kelson.chaos.Login;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.history.History;
import io.kelson.client.Bytes;
import java.util.random.RandomGenerator;

/** What a workload has at hand. */
public interface Session {
  /** The cluster under test. */
  ChaosCluster cluster();

  /** Where everything is recorded. */
  History history();

  /** All keys of the run begin with this. */
  Bytes prefix();

  /** Whether clients should go on. */
  boolean goesOn();

  /** Random numbers for one client, from the run's seed. */
  RandomGenerator random(int index);

  /** A recorded client of one member; closed at the end of the run. */
  default Recorder recorder(int index) {
    return recorder(index, Login.NOBODY);
  }

  /** The same, signed in; an index is signed in as one user for the whole run. */
  Recorder recorder(int index, Login login);
}
