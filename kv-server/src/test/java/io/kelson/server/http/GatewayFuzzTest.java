package io.kelson.server.http;

import com.google.protobuf.Message;
import io.kelson.server.fuzz.FuzzRun;
import io.kelson.server.fuzz.Mutator;
import io.kelson.server.fuzz.Samples;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Harmed JSON for every call of the gateway: read or refused, and what was read can be written. */
class GatewayFuzzTest {
  private static final int SAMPLES = 100;
  private static final int PER_MILLE = 100;

  static LongStream seeds() {
    return FuzzRun.seeds();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void jsonOfEveryCall(long seed) {
    Random random = new Random(seed);
    Mutator mutator = new Mutator(random);
    int inputs = FuzzRun.inputs(PER_MILLE) / GatewayMethods.ALL.size();
    int accepted = 0;
    for (GatewayMethod method : GatewayMethods.ALL) {
      List<byte[]> samples = samples(method.request(), new Samples(random));
      for (int i = 0; i < inputs; i++) {
        byte[] input = mutator.mutate(samples.get(random.nextInt(samples.size())), samples);
        try {
          accepted += isRead(input, method.request()) ? 1 : 0;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
          throw FuzzRun.failure(method.name(), seed, i, input, e);
        }
      }
    }
    int all = inputs * GatewayMethods.ALL.size();
    FuzzRun.report(
        "gateway", seed, "%d inputs, %d read, %d refused".formatted(all, accepted, all - accepted));
  }

  private static boolean isRead(byte[] input, Message prototype) {
    Message read;
    try {
      read = JsonMessages.read(input, prototype);
    } catch (BadJsonException e) {
      return false;
    }
    if (!again(read).equals(again(again(read)))) {
      throw new IllegalStateException("it reads otherwise the second time");
    }
    return true;
  }

  /** Once through JSON, which drops a oneof's default and the like. */
  private static Message again(Message message) {
    ByteBuf json = JsonMessages.write("", message, "");
    try {
      byte[] bytes = new byte[json.readableBytes()];
      json.readBytes(bytes);
      return JsonMessages.read(bytes, message.getDefaultInstanceForType());
    } catch (BadJsonException e) {
      throw new IllegalStateException("what was written is refused", e);
    } finally {
      json.release();
    }
  }

  private static List<byte[]> samples(Message type, Samples samples) {
    List<byte[]> list = new ArrayList<>();
    for (String text :
        List.of(
            "{}",
            "[".repeat(20_000),
            "{\"a\":".repeat(20_000),
            "{\"key\":" + "[".repeat(20_000),
            "{\"success\":[{\"requestTxn\":".repeat(3_000),
            "{\"revision\":1" + "0".repeat(5_000) + "}",
            "{\"revision\":1e999999999}",
            "{\"limit\":0.1e1}",
            "{\"key\":\"\\ud800\"}")) {
      list.add(text.getBytes(StandardCharsets.UTF_8));
    }
    for (int i = 0; i < SAMPLES; i++) {
      ByteBuf json = JsonMessages.write("", samples.of(type), "");
      list.add(json.toString(StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
      json.release();
    }
    return list;
  }
}
