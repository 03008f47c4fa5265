package io.kelson.chaos.workload;

import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.Permission;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** Grants and takes away, one change of one place at a time. For one thread. */
final class AuthAdministrator {
  private final AuthClient calls;
  private final RandomGenerator random;
  private final ClientIds places;
  private final Bytes prefix;

  /**
   * @param places gives new places their numbers
   * @param prefix what all keys begin with
   */
  AuthAdministrator(AuthClient calls, RandomGenerator random, ClientIds places, Bytes prefix) {
    this.calls = calls;
    this.random = random;
    this.places = places;
    this.prefix = prefix;
  }

  /** Makes a change; what is known to be granted then, which is nothing of a new place. */
  AuthPlace change(AuthPlace place) {
    if (!place.exists()) {
      return after(calls.addRole(place.role()), place, AuthPlace::made);
    }
    int choice = random.nextInt(100);
    if (choice < 3) {
      return after(calls.changePassword(place.login()), place, same -> same);
    }
    if (!place.held() && choice < 80) {
      Status status = calls.grantRole(place.login().user(), place.role());
      return after(status, place, p -> p.heldNow(true));
    }
    if (place.held() && choice < 15) {
      Status status = calls.revokeRole(place.login().user(), place.role());
      return after(status, place, p -> p.heldNow(false));
    }
    if (place.type() != null && choice < 65) {
      Permission all = Permission.prefix(place.type(), place.prefix(prefix));
      return after(calls.revoke(place.role(), all), place, p -> p.allowedNow(null));
    }
    Permission.Type type =
        choice % 2 == 0
            ? Permission.Type.READWRITE
            : Permission.Type.values()[random.nextInt(Permission.Type.values().length)];
    Permission all = Permission.prefix(type, place.prefix(prefix));
    return after(calls.grant(place.role(), all), place, p -> p.allowedNow(type));
  }

  private AuthPlace after(Status status, AuthPlace place, UnaryOperator<AuthPlace> done) {
    return switch (status) {
      case OK -> done.apply(place);
      case FAILED -> place;
      case UNKNOWN -> AuthPlace.of(place.login(), places.next());
    };
  }
}
