package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.kelson.api.Compare;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.TxnRequest;
import io.kelson.api.mvcc.KeyValue;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonMessagesTest {
  private static Message read(String json, Message prototype) throws BadJsonException {
    return JsonMessages.read(json.getBytes(StandardCharsets.UTF_8), prototype);
  }

  private static RangeRequest range(String json) throws BadJsonException {
    return (RangeRequest) read(json, RangeRequest.getDefaultInstance());
  }

  @Test
  void writesAsEtcdsGatewayDoes() {
    RangeResponse response =
        RangeResponse.newBuilder()
            .setHeader(
                ResponseHeader.newBuilder()
                    .setClusterId(-1)
                    .setMemberId(443629905751424238L)
                    .setRevision(2))
            .addKvs(
                KeyValue.newBuilder()
                    .setKey(ByteString.copyFromUtf8("foo"))
                    .setCreateRevision(2)
                    .setVersion(1)
                    .setValue(ByteString.copyFrom(new byte[] {-1, -2, -65})))
            .setCount(1)
            .build();
    ByteBuf json = JsonMessages.write("<", response, ">");
    assertThat(json.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "<{\"header\":{\"cluster_id\":\"18446744073709551615\","
                + "\"member_id\":\"443629905751424238\",\"revision\":\"2\"},"
                + "\"kvs\":[{\"key\":\"Zm9v\",\"create_revision\":\"2\",\"version\":\"1\","
                + "\"value\":\"//6/\"}],\"count\":\"1\"}>");
    json.release();
  }

  @Test
  void readsEveryFormThatClientsSend() throws Exception {
    RangeRequest wanted =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFrom(new byte[] {-1, -2, -65}))
            .setRangeEnd(ByteString.copyFromUtf8("z"))
            .setLimit(7)
            .setSortOrder(RangeRequest.SortOrder.DESCEND)
            .setKeysOnly(true)
            .build();
    for (String json :
        List.of(
            "{\"key\":\"//6/\",\"range_end\":\"eg==\",\"limit\":7,\"sort_order\":2,\"keys_only\":true}",
            "{\"key\":\"__6_\",\"rangeEnd\":\"eg\",\"limit\":\"7\",\"sortOrder\":\"DESCEND\","
                + "\"keysOnly\":true,\"nobody\":{\"knows\":[1]}}")) {
      assertThat(range(json)).isEqualTo(wanted);
    }
    assertThat(range("{}")).isEqualTo(RangeRequest.getDefaultInstance());
    assertThat(range("{\"key\":null}")).isEqualTo(RangeRequest.getDefaultInstance());
  }

  @Test
  void largeNumbersKeepAllTheirDigits() throws Exception {
    for (String json :
        List.of("{\"ID\":7587890123456789123}", "{\"ID\":\"7587890123456789123\"}")) {
      LeaseGrantRequest request =
          (LeaseGrantRequest) read(json, LeaseGrantRequest.getDefaultInstance());
      assertThat(request.getID()).isEqualTo(7587890123456789123L);
    }
  }

  @Test
  void aTransactionAsPythonsClientSendsIt() throws Exception {
    TxnRequest txn =
        (TxnRequest)
            read(
                "{\"compare\":[{\"key\":\"a2V5\",\"result\":\"EQUAL\",\"target\":\"CREATE\","
                    + "\"create_revision\":0}],\"success\":[{\"request_put\":{\"key\":\"a2V5\","
                    + "\"value\":\"dg==\",\"lease\":12}}],\"failure\":[]}",
                TxnRequest.getDefaultInstance());
    assertThat(txn.getCompare(0).getTarget()).isEqualTo(Compare.CompareTarget.CREATE);
    assertThat(txn.getCompare(0).getTargetUnionCase())
        .isEqualTo(Compare.TargetUnionCase.CREATE_REVISION);
    assertThat(txn.getSuccess(0).getRequestPut().getLease()).isEqualTo(12);
  }

  @Test
  void whatIsNoMessageIsRefusedInOneLine() {
    for (String json :
        List.of(
            "{bad",
            "{\"key\":\"Zm9v\",}x",
            "{\"limit\":\"x\"}",
            "{\"limit\":1e99}",
            "{\"limit\":1.5}",
            "{\"key\":\"!!\"}",
            "{\"key\":{}}",
            "{\"keys_only\":3}")) {
      assertThatThrownBy(() -> range(json))
          .as(json)
          .isInstanceOf(BadJsonException.class)
          .hasMessageStartingWith("this is no RangeRequest in JSON: ")
          .hasMessageNotContainingAny("\n", "Exception", "com.google");
    }
  }
}
