package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.mvcc.KeyValue;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** An answer put together from bytes is what the message would have been. */
class PairAnswerTest {
  private static final ResponseHeader HEADER =
      ResponseHeader.newBuilder()
          .setClusterId(-5)
          .setMemberId(7)
          .setRevision(Long.MAX_VALUE)
          .setRaftTerm(3)
          .build();

  private static byte[] headerField() {
    return RangeResponse.newBuilder().setHeader(HEADER).build().toByteArray();
  }

  @Test
  void itsBytesAreTheMessages() throws Exception {
    for (int length : new int[] {0, 1, 100, 127, 128, 300, 16_383, 16_384, 300_000}) {
      KeyValue pair =
          KeyValue.newBuilder()
              .setKey(ByteString.copyFromUtf8("key"))
              .setValue(ByteString.copyFrom(new byte[length]))
              .setModRevision(9)
              .setCreateRevision(2)
              .setVersion(4)
              .setLease(-1)
              .build();
      RangeResponse whole =
          RangeResponse.newBuilder().setHeader(HEADER).addKvs(pair).setCount(1).build();
      PairAnswer answer = new PairAnswer(headerField(), pair.toByteArray());
      assertThat(answer.size()).isEqualTo(whole.getSerializedSize());
      byte[] target = new byte[answer.size() + 20];
      int end = answer.putInto(target, 20);
      assertThat(end).isEqualTo(target.length);
      assertThat(Arrays.copyOfRange(target, 20, end)).isEqualTo(whole.toByteArray());
      try (InputStream stream = answer.open(KVGrpc.getRangeMethod().getResponseMarshaller())) {
        assertThat(stream.readAllBytes()).isEqualTo(whole.toByteArray());
      }
    }
  }

  @Test
  void whereThereIsNoPairThereIsOnlyTheHeader() {
    PairAnswer answer = new PairAnswer(headerField(), null);
    byte[] target = new byte[answer.size()];
    assertThat(answer.putInto(target, 0)).isEqualTo(target.length);
    assertThat(target).isEqualTo(headerField());
  }
}
