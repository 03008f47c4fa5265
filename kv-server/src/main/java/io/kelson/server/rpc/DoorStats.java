package io.kelson.server.rpc;

/**
 * What goes through the client's door, for metrics.
 *
 * @param pendingProposals requests that wait to be applied
 * @param failedProposals requests that failed on the way into the log or through it, since the
 *     start; what a member that stops gives up is not counted
 * @param reads linearizable reads since the start
 * @param readQuestions questions to consensus that those shared
 * @param repeatedReadQuestions questions asked once more, for want of a leader
 * @param failedReadQuestions questions that had no answer in time
 */
public record DoorStats(
    int pendingProposals,
    long failedProposals,
    long reads,
    long readQuestions,
    long repeatedReadQuestions,
    long failedReadQuestions) {}
