package io.kelson.client;

import java.util.List;

/**
 * How one member is doing, by its own word.
 *
 * @param header the store's word
 * @param version the version it reports
 * @param dbSizeBytes the size of its store on disk
 * @param leader the id of the leader it knows, unsigned; 0 for none
 * @param raftIndex its last committed index
 * @param raftTerm its term
 * @param raftAppliedIndex its last applied index
 * @param errors what it complains of
 * @param dbSizeInUseBytes how much of the store is in use
 * @param isLearner whether it is a learner
 * @param storageVersion the version of its storage; empty from servers older than 3.6
 * @param dbSizeQuotaBytes the quota; 0 when not told
 * @param downgradeEnabled whether a downgrade is under way
 * @param downgradeTargetVersion to which version; empty for none
 */
public record EndpointStatus(
    Header header,
    String version,
    long dbSizeBytes,
    long leader,
    long raftIndex,
    long raftTerm,
    long raftAppliedIndex,
    List<String> errors,
    long dbSizeInUseBytes,
    boolean isLearner,
    String storageVersion,
    long dbSizeQuotaBytes,
    boolean downgradeEnabled,
    String downgradeTargetVersion) {
  public EndpointStatus {
    errors = List.copyOf(errors);
  }
}
