package io.kelson.chaos.run;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Evidence.FinalState;
import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.FencedWrite;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchBatch;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Evidence in a file: JSON, one record a line, compressed with gzip. A line is an object that says
 * by its only member what it is.
 */
public final class HistoryFile {
  private static final Gson JSON = Json.compact();

  /** One line; all but one are null. */
  private record Line(
      Start start,
      Operation operation,
      WatchRecord watch,
      LeaseRecord lease,
      FencedWrite fenced,
      AuthRecord auth,
      WatchBatch log,
      End end) {
    static Line of(Operation operation) {
      return new Line(null, operation, null, null, null, null, null, null);
    }

    static Line of(WatchRecord watch) {
      return new Line(null, null, watch, null, null, null, null, null);
    }

    static Line of(LeaseRecord lease) {
      return new Line(null, null, null, lease, null, null, null, null);
    }

    static Line of(FencedWrite write) {
      return new Line(null, null, null, null, write, null, null, null);
    }

    static Line of(AuthRecord auth) {
      return new Line(null, null, null, null, null, auth, null, null);
    }

    static Line of(WatchBatch batch) {
      return new Line(null, null, null, null, null, null, batch, null);
    }
  }

  /** The store before the first operation. */
  private record Start(long revision, List<KeyValue> kvs) {}

  /** One member after the last. */
  private record End(String member, FinalState state) {}

  private HistoryFile() {}

  /** Writes it, over what is there. */
  public static void write(Path file, Evidence evidence) throws IOException {
    try (BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8))) {
      Start start = new Start(evidence.initialRevision(), evidence.initial());
      line(out, new Line(start, null, null, null, null, null, null, null));
      for (Operation operation : evidence.operations()) {
        line(out, Line.of(operation));
      }
      for (WatchRecord watch : evidence.watches()) {
        line(out, Line.of(watch));
      }
      for (LeaseRecord lease : evidence.leases()) {
        line(out, Line.of(lease));
      }
      for (FencedWrite write : evidence.fencedWrites()) {
        line(out, Line.of(write));
      }
      for (AuthRecord auth : evidence.auths()) {
        line(out, Line.of(auth));
      }
      for (WatchBatch batch : evidence.log()) {
        line(out, Line.of(batch));
      }
      for (Map.Entry<String, FinalState> end : evidence.finals().entrySet()) {
        End last = new End(end.getKey(), end.getValue());
        line(out, new Line(null, null, null, null, null, null, null, last));
      }
    }
  }

  private static void line(BufferedWriter out, Line line) throws IOException {
    JSON.toJson(line, out);
    out.newLine();
  }

  /**
   * Reads it.
   *
   * @throws IOException if it cannot be read, or is not such a file
   */
  public static Evidence read(Path file) throws IOException {
    Start start = null;
    List<Operation> operations = new ArrayList<>();
    List<WatchRecord> watches = new ArrayList<>();
    List<LeaseRecord> leases = new ArrayList<>();
    List<FencedWrite> fencedWrites = new ArrayList<>();
    List<AuthRecord> auths = new ArrayList<>();
    List<WatchBatch> log = new ArrayList<>();
    Map<String, FinalState> finals = new TreeMap<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        Line line = JSON.fromJson(text, Line.class);
        if (line.start() != null) {
          start = line.start();
        } else if (line.operation() != null) {
          operations.add(line.operation());
        } else if (line.watch() != null) {
          watches.add(line.watch());
        } else if (line.lease() != null) {
          leases.add(line.lease());
        } else if (line.fenced() != null) {
          fencedWrites.add(line.fenced());
        } else if (line.auth() != null) {
          auths.add(line.auth());
        } else if (line.log() != null) {
          log.add(line.log());
        } else if (line.end() != null) {
          finals.put(line.end().member(), line.end().state());
        }
      }
    } catch (JsonParseException e) {
      throw new IOException(file + " is not a history: " + e.getMessage(), e);
    }
    if (start == null) {
      throw new IOException(file + " is not a history: it has no line with the start");
    }
    return new Evidence(
        start.revision(),
        start.kvs(),
        operations,
        watches,
        leases,
        fencedWrites,
        auths,
        log,
        finals);
  }
}
