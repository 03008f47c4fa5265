package io.kelson.chaos.check;

import io.kelson.chaos.history.AuthRecord;
import io.kelson.client.Permission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Who may have done what when, by what administrators were answered. For one thread. */
final class AuthRights {
  private record Range(Permission ofNoType) {
    static Range of(Permission permission) {
      return new Range(
          new Permission(Permission.Type.READ, permission.key(), permission.rangeEnd()));
    }
  }

  private final Map<String, Map<String, AuthRegister>> rolesOfUsers = new HashMap<>();
  private final Map<String, Map<Range, AuthRegister>> rangesOfRoles = new HashMap<>();

  AuthRights(List<AuthRecord> changes) {
    for (AuthRecord change : changes) {
      switch (change.kind()) {
        case GRANT_ROLE, REVOKE_ROLE ->
            rolesOfUsers
                .computeIfAbsent(change.user(), user -> new LinkedHashMap<>())
                .computeIfAbsent(change.role(), role -> new AuthRegister())
                .add(change);
        case GRANT_PERMISSION, REVOKE_PERMISSION ->
            rangesOfRoles
                .computeIfAbsent(change.role(), role -> new LinkedHashMap<>())
                .computeIfAbsent(Range.of(change.permission()), range -> new AuthRegister())
                .add(change);
        case SIGN_IN, CHANGE_PASSWORD -> {}
      }
    }
  }

  /** Whether the user may have had, at some moment, a right to some of what is needed. */
  boolean maybe(String user, AuthNeed need, long start, long end) {
    return roles(user).entrySet().stream()
        .filter(role -> role.getValue().maybe(start, end, AuthRights::grantsRole))
        .flatMap(role -> ranges(role.getKey()).entrySet().stream())
        .filter(range -> need.meets(range.getKey().ofNoType()))
        .anyMatch(range -> range.getValue().maybe(start, end, change -> grants(change, need)));
  }

  /** Whether the user must have had, all the time, one right to all of what is needed. */
  boolean surely(String user, AuthNeed need, long start, long end) {
    return roles(user).entrySet().stream()
        .filter(role -> role.getValue().surely(start, end, AuthRights::grantsRole))
        .flatMap(role -> ranges(role.getKey()).entrySet().stream())
        .filter(range -> need.within(range.getKey().ofNoType()))
        .anyMatch(range -> range.getValue().surely(start, end, change -> grants(change, need)));
  }

  /** The changes that may have been in force then and have to do with a need. */
  List<AuthRecord> about(String user, AuthNeed need, long start, long end) {
    List<AuthRecord> found = new ArrayList<>();
    roles(user)
        .forEach(
            (role, membership) ->
                ranges(role).entrySet().stream()
                    .filter(range -> need.meets(range.getKey().ofNoType()))
                    .forEach(
                        range ->
                            Stream.of(membership, range.getValue())
                                .flatMap(changes -> changes.possible(start, end).stream())
                                .filter(Objects::nonNull)
                                .forEach(found::add)));
    return found;
  }

  private Map<String, AuthRegister> roles(String user) {
    return rolesOfUsers.getOrDefault(user, Map.of());
  }

  private Map<Range, AuthRegister> ranges(String role) {
    return rangesOfRoles.getOrDefault(role, Map.of());
  }

  private static boolean grantsRole(AuthRecord change) {
    return change.kind() == AuthRecord.Kind.GRANT_ROLE;
  }

  private static boolean grants(AuthRecord change, AuthNeed need) {
    return change.kind() == AuthRecord.Kind.GRANT_PERMISSION
        && need.allowedBy(change.permission().type());
  }
}
