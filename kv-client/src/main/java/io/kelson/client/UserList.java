package io.kelson.client;

import java.util.List;

/**
 * The users there are.
 *
 * @param header the store's word
 * @param users their names
 */
public record UserList(Header header, List<String> users) {
  public UserList {
    users = List.copyOf(users);
  }
}
