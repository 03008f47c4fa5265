package io.kelson.client;

import java.util.List;

/**
 * A member that was added.
 *
 * @param header the store's word; its revision is 0
 * @param member the new one; it has no name and no client URLs until it has started
 * @param members all there are now
 */
public record MemberAdded(Header header, Member member, List<Member> members) {
  public MemberAdded {
    members = List.copyOf(members);
  }
}
