package io.kelson.server.diff;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.kelson.api.ResponseHeader;
import io.kelson.api.StatusResponse;

/**
 * The ids by which a member signs its answers. This is the one place where ids and terms are
 * masked: what they should be is turned into 1, anything else stays as it is and is seen.
 */
record Identity(long clusterId, long memberId) {
  private static final int EXPECTED = 1;

  static Identity of(StatusResponse status) {
    return new Identity(status.getHeader().getClusterId(), status.getHeader().getMemberId());
  }

  /** The message with this member's ids in its header replaced. A header inside is left alone. */
  Message masked(Message message) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName("header");
    if (field == null || !message.hasField(field)) {
      return message;
    }
    ResponseHeader.Builder header = ((ResponseHeader) message.getField(field)).toBuilder();
    if (header.getClusterId() == clusterId) {
      header.setClusterId(EXPECTED);
    }
    if (header.getMemberId() == memberId) {
      header.setMemberId(EXPECTED);
    }
    if (header.getRaftTerm() > 0) {
      header.setRaftTerm(EXPECTED);
    }
    return message.toBuilder().setField(field, header.build()).build();
  }

  /** The revision in a message's header; 0 without one. */
  static long revisionOf(Message message) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName("header");
    return field == null || !message.hasField(field)
        ? 0
        : ((ResponseHeader) message.getField(field)).getRevision();
  }
}
