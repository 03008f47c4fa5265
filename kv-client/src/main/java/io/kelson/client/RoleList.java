package io.kelson.client;

import java.util.List;

/**
 * The roles there are.
 *
 * @param header the store's word
 * @param roles their names
 */
public record RoleList(Header header, List<String> roles) {
  public RoleList {
    roles = List.copyOf(roles);
  }
}
