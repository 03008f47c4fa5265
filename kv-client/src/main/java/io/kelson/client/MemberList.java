package io.kelson.client;

import java.util.List;

/**
 * The members of the cluster.
 *
 * @param header the store's word; its revision is 0
 * @param members in the server's order
 */
public record MemberList(Header header, List<Member> members) {
  public MemberList {
    members = List.copyOf(members);
  }
}
