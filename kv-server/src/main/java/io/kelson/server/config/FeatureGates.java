package io.kelson.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** etcd's feature gates, as in {@code InitialCorruptCheck=true,CompactHashCheck=true}. */
final class FeatureGates {
  static final String INITIAL_CHECK = "InitialCorruptCheck";
  static final String COMPACT_HASH_CHECK = "CompactHashCheck";

  /** Gates that are obeyed, with the flags they were before. */
  private static final Map<String, String> OBEYED =
      Map.of(
          INITIAL_CHECK, "--experimental-initial-corrupt-check",
          COMPACT_HASH_CHECK, "--experimental-compact-hash-check-enabled");

  /** Gates whose value changes nothing, and why. */
  private static final Map<String, String> WITHOUT_EFFECT =
      Map.of(
          "AllAlpha", "no feature here is alpha",
          "AllBeta", "no feature here is beta",
          "FastLeaseKeepAlive", "renewals are always fast",
          "LeaseCheckpoint", "leases keep their remaining time without it",
          "PriorityRequest", "what keeps the cluster alive never queues behind clients",
          "StopGRPCServiceOnDefrag", "defragmenting stops nothing",
          "TxnModeWriteWithSharedBuffer", "there is no such buffer");

  /** Gates that ask for something that is not there. */
  private static final Map<String, String> REFUSED =
      Map.of("SetMemberLocalAddr", "the system chooses the address that peers are called from");

  private FeatureGates() {}

  static String oldFlag(String gate) {
    return OBEYED.get(gate);
  }

  /**
   * Switches what is listed.
   *
   * @throws ConfigException if a gate is unknown (with the nearest one that exists), asks for
   *     something that is not there, or is listed twice
   */
  static void apply(Draft draft, String text) {
    Problems problems = new Problems();
    read(text, problems)
        .forEach(
            (gate, on) -> {
              if (OBEYED.containsKey(gate)) {
                problems.check(() -> draft.gate(gate, on));
              } else if (REFUSED.containsKey(gate) && on) {
                problems.add(
                    "--feature-gates: %s cannot be switched on: %s"
                        .formatted(gate, REFUSED.get(gate)));
              }
            });
    problems.throwIfAny();
  }

  private static Map<String, Boolean> read(String text, Problems problems) {
    Map<String, Boolean> gates = new TreeMap<>();
    for (String part : Texts.list(text)) {
      int equals = part.indexOf('=');
      String gate = (equals < 0 ? part : part.substring(0, equals)).strip();
      if (!isKnown(gate)) {
        problems.add(
            "--feature-gates: there is no gate \"%s\"; did you mean %s?"
                .formatted(gate, NearestName.of(gate, names())));
        continue;
      }
      try {
        if (gates.put(gate, Texts.yesOrNo(part.substring(equals + 1).strip())) != null) {
          problems.add("--feature-gates names " + gate + " twice; remove one of them");
        }
      } catch (Texts.BadText e) {
        problems.add("--feature-gates: \"%s\" is not of the form %s=true".formatted(part, gate));
      }
    }
    return gates;
  }

  /** A line for each gate in the text that changes nothing. */
  static List<String> warnings(String text) {
    List<String> warnings = new ArrayList<>();
    for (String part : Texts.list(text)) {
      String gate = part.split("=", 2)[0].strip();
      if (WITHOUT_EFFECT.containsKey(gate)) {
        warnings.add(
            "--feature-gates: %s has no effect: %s".formatted(gate, WITHOUT_EFFECT.get(gate)));
      }
    }
    return warnings;
  }

  static boolean isKnown(String gate) {
    return OBEYED.containsKey(gate)
        || WITHOUT_EFFECT.containsKey(gate)
        || REFUSED.containsKey(gate);
  }

  static List<String> names() {
    List<String> names = new ArrayList<>(OBEYED.keySet());
    names.addAll(WITHOUT_EFFECT.keySet());
    names.addAll(REFUSED.keySet());
    names.sort(null);
    return names;
  }
}
