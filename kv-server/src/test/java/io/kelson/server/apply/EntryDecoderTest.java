package io.kelson.server.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.PutRequest;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.server.proto.InternalRequest;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Entries read by hand against the same ones read by protobuf. */
class EntryDecoderTest {
  private final Random random = new Random(12);

  /** One for all: nothing of an entry may be left for the next. */
  private final EntryDecoder decoder = new EntryDecoder();

  private static Entry entry(byte[] data) {
    return new Entry(TestBed.TERM, 1, EntryType.NORMAL, data);
  }

  private ByteString bytes(int max) {
    byte[] bytes = new byte[random.nextInt(max)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private PutRequest.Builder put() {
    return PutRequest.newBuilder()
        .setKey(bytes(random.nextInt(10) == 0 ? 300 : 20))
        .setValue(bytes(random.nextBoolean() ? 1 : 20_000))
        .setLease(random.nextBoolean() ? 0 : random.nextLong())
        .setPrevKv(random.nextInt(4) == 0)
        .setIgnoreValue(random.nextInt(4) == 0)
        .setIgnoreLease(random.nextInt(4) == 0);
  }

  private InternalRequest.Builder request() {
    return InternalRequest.newBuilder().setId(1 + random.nextInt(10)).setPut(put());
  }

  @Test
  void plainPutsAreReadByHand() throws Exception {
    for (int i = 0; i < 3_000; i++) {
      InternalRequest request = request().setId(random.nextLong() | 1).build();
      byte[] data = request.toByteArray();
      assertThat(decoder.maybePlainPut(data)).isEqualTo(request);
      assertThat(decoder.decode(entry(data))).isEqualTo(InternalRequest.parseFrom(data));
    }
  }

  @Test
  void anEmptyPutIsAPut() {
    byte[] data =
        InternalRequest.newBuilder()
            .setId(1)
            .setPut(PutRequest.getDefaultInstance())
            .build()
            .toByteArray();
    assertThat(decoder.maybePlainPut(data).hasPut()).isTrue();
  }

  @Test
  void everythingElseIsLeftToProtobuf() {
    for (InternalRequest request :
        List.of(
            request().setAuthUser("root").setAuthRevision(3).build(),
            request().setAuthRevision(-1).build(),
            request().clearId().build(),
            request().setDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(20))).build(),
            InternalRequest.getDefaultInstance())) {
      byte[] data = request.toByteArray();
      assertThat(decoder.maybePlainPut(data)).isNull();
      assertThat(decoder.decode(entry(data))).isEqualTo(request);
    }
  }

  @Test
  void unknownFieldsAreKept() throws Exception {
    byte[] unknown = {(byte) 0xf8, 1, 5};
    byte[] id = InternalRequest.newBuilder().setId(4).build().toByteArray();
    byte[] put = put().setKey(bytes(20)).clearValue().build().toByteArray();
    byte[] inPut =
        MessageBytes.joined(
            id, new byte[] {0x12, (byte) (put.length + unknown.length)}, put, unknown);
    byte[] besidePut = MessageBytes.joined(id, new byte[] {0x12, (byte) put.length}, put, unknown);
    for (byte[] data : List.of(inPut, besidePut)) {
      InternalRequest read = decoder.decode(entry(data));
      assertThat(read).isEqualTo(InternalRequest.parseFrom(data));
      assertThat(read.toByteArray()).isEqualTo(data);
    }
  }

  @Test
  void whateverIsInAnEntryBothSayTheSame() {
    int understood = 0;
    int byHand = 0;
    for (int i = 0; i < 200_000; i++) {
      PutRequest.Builder small = put().setValue(bytes(10)).setKey(bytes(10));
      byte[] put = small.build().toByteArray();
      if (random.nextBoolean()) {
        put = MessageBytes.mutated(put, random);
      }
      byte[] id = InternalRequest.newBuilder().setId(random.nextInt(3)).build().toByteArray();
      byte[] data = MessageBytes.joined(id, new byte[] {0x12, (byte) put.length}, put);
      if (random.nextInt(3) == 0) {
        data = MessageBytes.mutated(data, random);
      }
      InternalRequest expected;
      try {
        expected = InternalRequest.parseFrom(data);
      } catch (InvalidProtocolBufferException e) {
        Entry nonsense = entry(data);
        assertThatThrownBy(() -> decoder.decode(nonsense))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("does not parse as a request");
        continue;
      }
      understood++;
      byHand += decoder.maybePlainPut(data) == null ? 0 : 1;
      InternalRequest read = decoder.decode(entry(data));
      assertThat(read).isEqualTo(expected);
      assertThat(read.toByteString()).isEqualTo(expected.toByteString());
    }
    assertThat(understood).isBetween(50_000, 195_000);
    assertThat(byHand).isBetween(20_000, understood - 5_000);
  }
}
