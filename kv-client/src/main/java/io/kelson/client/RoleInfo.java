package io.kelson.client;

import java.util.List;

/**
 * One role.
 *
 * @param header the store's word
 * @param permissions what it may do
 */
public record RoleInfo(Header header, List<Permission> permissions) {
  public RoleInfo {
    permissions = List.copyOf(permissions);
  }
}
