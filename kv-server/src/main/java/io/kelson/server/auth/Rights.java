package io.kelson.server.auth;

import io.kelson.api.auth.Permission;
import io.kelson.api.auth.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything a user may do, all roles taken together. Immutable.
 *
 * @param isRoot whether the role {@code root} is among them: then everything is allowed
 */
record Rights(boolean isRoot, KeyIntervals readable, KeyIntervals writable) {
  static Rights of(boolean isRoot, List<Role> roles) {
    List<KeyIntervals.Interval> readable = new ArrayList<>();
    List<KeyIntervals.Interval> writable = new ArrayList<>();
    for (Role role : roles) {
      for (Permission permission : role.getKeyPermissionList()) {
        KeyIntervals.Interval keys =
            KeyIntervals.Interval.ofRequest(permission.getKey(), permission.getRangeEnd());
        switch (permission.getPermType()) {
          case READ -> readable.add(keys);
          case WRITE -> writable.add(keys);
          case READWRITE -> {
            readable.add(keys);
            writable.add(keys);
          }
          case UNRECOGNIZED -> {
            // A kind that only newer versions know allows nothing here.
          }
        }
      }
    }
    return new Rights(isRoot, KeyIntervals.union(readable), KeyIntervals.union(writable));
  }
}
