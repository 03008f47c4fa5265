package io.kelson.server.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kelson.server.http.RawHttp;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JSON gateway against that of a real etcd: the same requests, the same status codes, headers
 * and bodies to the letter. Set aside are ids and terms, the seconds left of a lease, and the form
 * of errors, which etcd changed with 3.6.
 */
class GatewayComparisonTest {
  private static final Pattern OLD_ERROR =
      Pattern.compile("\\{\"error\":(\".*\"),\"message\":\\1,\"code\":([0-9]+)\\}");

  private static final List<String> HEADERS =
      List.of(
          "content-type",
          "allow",
          "access-control-allow-origin",
          "access-control-allow-methods",
          "access-control-allow-headers");

  /** Method, path, body. */
  private static final List<String> REQUESTS =
      """
      POST /v3/kv/put {"key":"Zm9v","value":"YmFy"}
      POST /v3/kv/put {"key":"Zm9v","value":"YmF6","prev_kv":true}
      POST /v3beta/kv/put {"key":"Zm9w","value":"//79"}
      POST /v3/kv/put {"key":"ZW1wdHk="}
      POST /v3/kv/put {"key":"Zm9v","lease":"5"}
      POST /v3/kv/put {"key":"bm9uZQ==","ignore_value":true}
      POST /v3/kv/range {"key":"Zm9v"}
      POST /v3/kv/range {"key":"Zm9v","unknown":{"a":[1,2]}}
      POST /v3/kv/range {"key":"AA==","range_end":"AA==","limit":"2"}
      POST /v3/kv/range {"key":"AA==","range_end":"AA==","limit":2,"sort_order":"DESCEND","sort_target":"VALUE"}
      POST /v3/kv/range {"key":"AA==","range_end":"AA==","sort_order":2,"sort_target":3,"keys_only":true}
      POST /v3/kv/range {"key":"AA==","rangeEnd":"AA==","countOnly":true}
      POST /v3/kv/range {"key":"Zm9v","revision":2}
      POST /v3/kv/range {"key":"Zm9v","serializable":true} trailing
      POST /v3/kv/range {"key":"Zm9v","revision":"99"}
      POST /v3/kv/range {}
      POST /v3/kv/range
      POST /v3/kv/txn {"compare":[{"key":"Zm9v","target":"VALUE","value":"YmF6"}],"success":[{"request_put":{"key":"dA==","value":"MQ=="}},{"request_range":{"key":"dA=="}},{"request_delete_range":{"key":"ZW1wdHk=","prev_kv":true}}]}
      POST /v3/kv/txn {"compare":[{"key":"Zm9v","result":"LESS","target":"CREATE","create_revision":0}],"failure":[{"request_txn":{"success":[{"request_range":{"key":"Zm9v"}}]}}]}
      POST /v3/kv/txn {"success":[{"request_put":{"key":"dA=="}},{"request_put":{"key":"dA=="}}]}
      POST /v3/kv/txn {}
      POST /v3/kv/deleterange {"key":"dA==","prev_kv":true}
      POST /v3/kv/deleterange {"key":"dA=="}
      POST /v3/kv/compaction {"revision":"3"}
      POST /v3/kv/compaction {"revision":"3"}
      POST /v3/kv/range {"key":"Zm9v","revision":2}
      POST /v3/lease/grant {"ID":77,"TTL":"1000"}
      POST /v3/lease/grant {"ID":77,"TTL":"1000"}
      POST /v3/kv/put {"key":"bGVhc2Vk","lease":77}
      POST /v3/kv/range {"key":"bGVhc2Vk"}
      POST /v3/lease/timetolive {"ID":77,"keys":true}
      POST /v3/kv/lease/timetolive {"ID":78}
      POST /v3/lease/leases {}
      POST /v3/kv/lease/leases {}
      POST /v3/lease/keepalive {"ID":77}
      POST /v3/lease/keepalive {"ID":77}{"ID":78}
      POST /v3/lock/lock {"name":"bG9jaw==","lease":77}
      POST /v3/lock/unlock {"key":"bG9jay80ZA=="}
      POST /v3/election/leader {"name":"ZQ=="}
      POST /v3/election/campaign {"name":"ZQ==","lease":77,"value":"bWU="}
      POST /v3/election/leader {"name":"ZQ=="}
      POST /v3/election/proclaim {}
      POST /v3/kv/lease/revoke {"ID":77}
      POST /v3/lease/revoke {"ID":77}
      POST /v3/kv/range {"key":"bGVhc2Vk"}
      OPTIONS /v3/kv/put
      GET /nowhere
      POST /health {}
      POST /version {}
      """
          .lines()
          .toList();

  @TempDir Path temp;

  @Test
  void theSameRequestsGetTheSameAnswers() throws Exception {
    Optional<EtcdProgram> etcd = EtcdProgram.find();
    assumeTrue(etcd.isPresent(), "SKIPPED: there is no etcd on the PATH to compare with");
    try (Server theirs = etcd.get().start(Files.createDirectory(temp.resolve("etcd")));
        Server ours = KelsonCluster.start(Files.createDirectory(temp.resolve("kelson")), 1)) {
      try (RawHttp there = connect(theirs);
          RawHttp here = connect(ours)) {
        List<String> differences = new ArrayList<>();
        for (String request : REQUESTS) {
          String wanted = answer(there, request);
          String got = answer(here, request);
          if (!got.equals(wanted)) {
            differences.add(request + "\n wanted " + wanted + "\n got " + got);
          }
        }
        assertThat(differences).isEmpty();
      }
      assertThat(watched(ours)).isEqualTo(watched(theirs)).contains("\"DELETE\"");
    }
  }

  private static RawHttp connect(Server server) throws IOException {
    return new RawHttp(URI.create("http://" + server.channel(0).authority()).getPort());
  }

  private static String answer(RawHttp http, String request) throws IOException {
    String[] words = request.split(" ", 3);
    RawHttp.Answer answer = http.ask(words[0], words[1], words.length < 3 ? "" : words[2]);
    // Up to 3.5 a failed precondition is 412, from then on 400.
    int status = answer.status() == 412 ? 400 : answer.status();
    StringBuilder text = new StringBuilder().append(status).append('\n');
    for (String name : HEADERS) {
      // With no body there is no type to speak of.
      if (!answer.body().isEmpty() || !name.equals("content-type")) {
        text.append(name).append(": ").append(answer.header(name)).append('\n');
      }
    }
    return text.append(comparable(answer.body())).toString();
  }

  private static String comparable(String body) {
    Matcher old = OLD_ERROR.matcher(body);
    String error = old.replaceAll("{\"code\":$2,\"message\":$1,\"details\":[]}");
    return error
        .replaceAll("\"(cluster_id|member_id|raft_term)\":\"[0-9]+\"", "\"$1\":\"*\"")
        .replaceAll("\"TTL\":\"(999|1000)\"", "\"TTL\":\"*\"");
  }

  /** What a watch from the past sees: how it is acknowledged, and all events in one line. */
  private static String watched(Server server) throws IOException {
    try (RawHttp http = connect(server)) {
      http.request(
          "POST",
          "/v3/watch",
          "{\"create_request\":{\"key\":\"AA==\",\"range_end\":\"AA==\",\"start_revision\":4}}");
      RawHttp.Answer head = http.head();
      StringBuilder lines = new StringBuilder(head.status() + " ");
      lines.append(head.header("content-type")).append(head.header("transfer-encoding"));
      lines.append(comparable(http.chunk()));
      // The last thing that happened is that the lease took its key along.
      while (!lines.toString().matches("(?s).*\"DELETE\"[^}]*\"key\":\"bGVhc2Vk\".*")) {
        lines.append(comparable(http.chunk()).replaceAll("^.*\"events\":\\[|\\]\\}\\}\n$", "|"));
      }
      return lines.toString();
    }
  }
}
