package io.kelson.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the lines of a script brought, without what differs between two runs of the same tool: ids
 * that were given out, times, sizes.
 */
final class Outcomes {
  private static final Pattern LEASE = Pattern.compile("^lease ([0-9a-f]{16}) granted");
  private static final Pattern MEMBER = Pattern.compile("^Member +([0-9a-f]+) added");
  private static final Pattern MEMBER_JSON = Pattern.compile("\"member\":\\{\"ID\":([0-9]+)");
  private static final Pattern MEMBER_OBJECT = Pattern.compile("\\{\"ID\":[^{}]*\\}");

  /** What a tool printed and answered. */
  record Outcome(String output, int exitCode) {}

  private final Map<String, Outcome> all = new LinkedHashMap<>();
  private String lease = "0";
  private String member = "0";

  /** A line with the ids that were given out last. */
  String filled(String line) {
    return line.replace("{lease}", lease).replace("{member}", member);
  }

  void add(String line, Outcome outcome) {
    remember(outcome.output());
    String name = line;
    for (int again = 2; all.containsKey(name); again++) {
      name = line + " (" + again + ")";
    }
    all.put(name, new Outcome(normalized(line, outcome.output()), outcome.exitCode()));
  }

  Map<String, Outcome> all() {
    return all;
  }

  private void remember(String output) {
    Matcher granted = LEASE.matcher(output);
    if (granted.find()) {
      lease = granted.group(1);
    }
    Matcher added = MEMBER.matcher(output);
    if (added.find()) {
      member = added.group(1);
    }
    Matcher json = MEMBER_JSON.matcher(output);
    if (json.find()) {
      member = Long.toHexString(Long.parseUnsignedLong(json.group(1)));
    }
  }

  /**
   * The size of etcd's file depends on when it last wrote it; and on a usage error etcdctl prints
   * its help text to standard output, where kelsonctl leaves it alone.
   */
  private String normalized(String line, String output) {
    if (output.startsWith("NAME:\n")) {
      return "";
    }
    String normalized = withoutTerms(line, output);
    if (line.contains("endpoint status")) {
      // What etcdctl 3.4 does not know of newer servers, it leaves out.
      normalized =
          normalized
              .replaceAll("\"raft(Applied)?Index\":[0-9]+", "\"raft$1Index\":0")
              .replaceAll("\"dbSize(InUse)?\":[0-9]+", "\"dbSize$1\":0")
              .replaceAll(",\"(storageVersion|dbSizeQuota)\":(\"[^\"]*\"|[0-9]+)", "");
    }
    if (line.startsWith("alarm list")) {
      // The client does not say what the header was.
      normalized = normalized.replaceAll("\"header\":\\{[^}]*\\},?", "");
    }
    if (line.startsWith("lease") && line.contains("protobuf")) {
      return "(a header)";
    }
    if (line.startsWith("lease")) {
      normalized =
          normalized
              .replaceAll("remaining\\([0-9]+s\\)", "remaining(s)")
              .replaceAll("\"ttl\":[0-9]+", "\"ttl\":0")
              .replaceAll("\"TTL\" : [0-9]+", "\"TTL\" : 0")
              .replaceAll("\"(ID|id)\":[0-9]{15,}", "\"$1\":LEASE")
              .replaceAll("\"ID\" : [0-9]{15,}", "\"ID\" : LEASE")
              .replaceAll("\\b[0-9a-f]{16}\\b", "LEASE");
      // Their order is that of when they end, or of their ids.
      normalized = line.startsWith("lease list") ? sorted(normalized, "\n") : normalized;
    }
    if (line.startsWith("lock") || line.startsWith("elect")) {
      normalized =
          normalized
              .replaceAll("(held|race)/[0-9a-f]{8,16}", "$1/LEASE")
              .replaceAll("\"key\":\"[^\"]*\"", "\"key\":LEASE")
              .replaceAll("\"lease\":[0-9]+", "\"lease\":LEASE")
              .replaceAll("\"Lease\" : [0-9]+", "\"Lease\" : LEASE");
    }
    return line.startsWith("member") ? membersNormalized(normalized) : normalized;
  }

  /** A busy machine may take more than one election, and then says so everywhere. */
  private static String withoutTerms(String line, String output) {
    if (line.contains("protobuf")) {
      // Field 4 of a header; terms are small here.
      return output.replaceAll(" [\u0001-\u001f]", " T");
    }
    return output
        .replaceAll("\"(raft_term|raftTerm)\":[0-9]+", "\"$1\":0")
        .replaceAll("\"RaftTerm\" : [0-9]+", "\"RaftTerm\" : 0");
  }

  /** Ids are given out anew, and members are listed in their order. */
  private String membersNormalized(String output) {
    if (member.equals("0")) {
      return output;
    }
    String decimal = Long.toUnsignedString(Long.parseUnsignedLong(member, 16));
    String normalized =
        output
            .replace(decimal, "MEMBER")
            // Padded to 16 digits, of which there may be fewer.
            .replaceAll("(Member +)?" + member, "Member MEMBER");
    List<String> objects =
        MEMBER_OBJECT.matcher(normalized).results().map(MatchResult::group).sorted().toList();
    normalized = MEMBER_OBJECT.matcher(normalized).replaceAll("{}") + String.join("", objects);
    Matcher cluster = Pattern.compile("INITIAL_CLUSTER=\"([^\"]*)\"").matcher(normalized);
    return cluster.replaceAll(
        found -> "INITIAL_CLUSTER=" + Matcher.quoteReplacement(sorted(found.group(1), ",")));
  }

  private static String sorted(String text, String separator) {
    List<String> parts = new ArrayList<>(List.of(text.split(separator)));
    parts.sort(null);
    return String.join(separator, parts);
  }
}
