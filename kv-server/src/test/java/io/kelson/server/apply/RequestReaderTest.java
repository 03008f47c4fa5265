package io.kelson.server.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests read by hand against the same ones read by protobuf. */
class RequestReaderTest {
  private final Random random = new Random(31);

  /** One for all: nothing of a request may be left for the next. */
  private final RequestReader reader = new RequestReader();

  private ByteString bytes(int max) {
    byte[] bytes = new byte[random.nextInt(max)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private RangeRequest.Builder range() {
    return RangeRequest.newBuilder()
        .setKey(bytes(20))
        .setLimit(random.nextBoolean() ? 0 : random.nextLong())
        .setRevision(random.nextBoolean() ? 0 : random.nextLong())
        .setSerializable(random.nextBoolean());
  }

  @Test
  void rangesOfOneKeyAreReadByHand() {
    for (int i = 0; i < 3_000; i++) {
      RangeRequest request = range().build();
      assertThat(reader.maybeRangeOfOneKey(request.toByteArray())).isEqualTo(request);
    }
    assertThat(reader.maybeRangeOfOneKey(new byte[0])).isEqualTo(RangeRequest.getDefaultInstance());
  }

  @Test
  void thoseThatSayMoreAreNot() {
    assertThat(
            reader.maybeRangeOfOneKey(
                range()
                    .setRangeEnd(bytes(5).concat(ByteString.copyFrom(new byte[1])))
                    .build()
                    .toByteArray()))
        .isNull();
    assertThat(reader.maybeRangeOfOneKey(range().setKeysOnly(true).build().toByteArray())).isNull();
    assertThat(reader.maybeRangeOfOneKey(range().setCountOnly(true).build().toByteArray()))
        .isNull();
    assertThat(reader.maybeRangeOfOneKey(range().setMinModRevision(1).build().toByteArray()))
        .isNull();
    assertThat(
            reader.maybeRangeOfOneKey(
                range().setSortOrder(RangeRequest.SortOrder.ASCEND).build().toByteArray()))
        .isNull();
  }

  @Test
  void whateverIsInAMessageBothSayTheSame() throws Exception {
    int ranges = 0;
    int puts = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] range = MessageBytes.mutated(range().build().toByteArray(), random);
      RangeRequest readRange = reader.maybeRangeOfOneKey(range);
      if (readRange != null) {
        ranges++;
        assertThat(readRange).isEqualTo(RangeRequest.parseFrom(range));
      }
      byte[] put =
          MessageBytes.mutated(
              PutRequest.newBuilder().setKey(bytes(9)).setValue(bytes(9)).build().toByteArray(),
              random);
      PutRequest readPut = reader.maybePut(put);
      if (readPut != null) {
        puts++;
        assertThat(readPut).isEqualTo(PutRequest.parseFrom(put));
      }
    }
    assertThat(ranges).isBetween(20_000, 190_000);
    assertThat(puts).isBetween(20_000, 190_000);
  }

  @Test
  void whatNobodyUnderstandsIsNotRead() {
    int nonsense = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = MessageBytes.mutated(range().build().toByteArray(), random);
      try {
        RangeRequest.parseFrom(bytes);
      } catch (InvalidProtocolBufferException e) {
        nonsense++;
        assertThat(reader.maybeRangeOfOneKey(bytes)).isNull();
      }
    }
    assertThat(nonsense).isBetween(1_000, 19_000);
  }
}
