package io.kelson.client;

import java.util.List;

/**
 * One user.
 *
 * @param header the store's word
 * @param roles the names of the user's roles
 */
public record UserInfo(Header header, List<String> roles) {
  public UserInfo {
    roles = List.copyOf(roles);
  }
}
