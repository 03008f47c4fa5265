package io.kelson.client;

import java.util.List;

/**
 * One member of the cluster.
 *
 * @param id its id, unsigned
 * @param name its name; empty until it has started
 * @param peerUrls where its peers reach it
 * @param clientUrls where clients reach it; empty until it has started
 * @param isLearner whether it has no vote
 */
public record Member(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean isLearner) {
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }
}
