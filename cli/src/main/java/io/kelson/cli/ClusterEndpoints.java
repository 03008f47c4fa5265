package io.kelson.cli;

import java.util.List;

/** Which endpoints the endpoint commands look at. */
final class ClusterEndpoints {
  private ClusterEndpoints() {}

  /** Those of the command line, or with {@code --cluster} the client addresses of all members. */
  static List<String> of(Flags flags, Session session) {
    if (!flags.isSet("cluster")) {
      return session.endpoints();
    }
    return session.client().memberList(true).members().stream()
        .flatMap(member -> member.clientUrls().stream())
        .distinct()
        .toList();
  }
}
