package io.kelson.raft.transport;

import io.kelson.raft.transport.proto.Wire;

/**
 * The fields of {@code peer.proto} that are read and written by hand: number and wire type, as they
 * stand before each value.
 *
 * <p>The numbers are taken from the generated classes, so that the definition stays the only one.
 * All are below 16 and make tags of a single byte, which {@link WireWriter} relies on.
 */
final class WireTags {
  /** The bits of a tag that hold the wire type; the number stands above them. */
  static final int NUMBER_SHIFT = 3;

  static final int TYPE_MASK = (1 << NUMBER_SHIFT) - 1;

  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int GROUP = 3;
  static final int GROUP_END = 4;
  static final int FIXED32 = 5;

  static final int VOTE_REQUEST = Wire.Frame.VOTE_REQUEST_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int VOTE_RESPONSE = Wire.Frame.VOTE_RESPONSE_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int APPEND_REQUEST = Wire.Frame.APPEND_REQUEST_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int APPEND_RESPONSE =
      Wire.Frame.APPEND_RESPONSE_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int PROPOSAL_FORWARD =
      Wire.Frame.PROPOSAL_FORWARD_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int READ_INDEX_REQUEST =
      Wire.Frame.READ_INDEX_REQUEST_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int READ_INDEX_RESPONSE =
      Wire.Frame.READ_INDEX_RESPONSE_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int TIMEOUT_NOW = Wire.Frame.TIMEOUT_NOW_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int HELLO = Wire.Frame.HELLO_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int REFUSAL = Wire.Frame.REFUSAL_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int PING = Wire.Frame.PING_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int PONG = Wire.Frame.PONG_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int DESCRIPTION = Wire.Frame.DESCRIPTION_FIELD_NUMBER << NUMBER_SHIFT | BYTES;

  static final int POSITION_TERM = Wire.LogPosition.TERM_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int POSITION_INDEX = Wire.LogPosition.INDEX_FIELD_NUMBER << NUMBER_SHIFT | VARINT;

  static final int ENTRY_TERM = Wire.Entry.TERM_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int ENTRY_INDEX = Wire.Entry.INDEX_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int ENTRY_TYPE = Wire.Entry.TYPE_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int ENTRY_DATA = Wire.Entry.DATA_FIELD_NUMBER << NUMBER_SHIFT | BYTES;

  /** The sender's term, the first field of every message. */
  static final int TERM = Wire.AppendRequest.TERM_FIELD_NUMBER << NUMBER_SHIFT | VARINT;

  static final int VOTE_REQUEST_PRE_VOTE =
      Wire.VoteRequest.PRE_VOTE_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int VOTE_REQUEST_LAST_LOG =
      Wire.VoteRequest.LAST_LOG_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int VOTE_REQUEST_TRANSFER =
      Wire.VoteRequest.TRANSFER_FIELD_NUMBER << NUMBER_SHIFT | VARINT;

  static final int VOTE_RESPONSE_PRE_VOTE =
      Wire.VoteResponse.PRE_VOTE_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int VOTE_RESPONSE_GRANTED =
      Wire.VoteResponse.GRANTED_FIELD_NUMBER << NUMBER_SHIFT | VARINT;

  static final int APPEND_REQUEST_PREV =
      Wire.AppendRequest.PREV_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int APPEND_REQUEST_ENTRIES =
      Wire.AppendRequest.ENTRIES_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int APPEND_REQUEST_COMMIT =
      Wire.AppendRequest.COMMIT_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int APPEND_REQUEST_ROUND =
      Wire.AppendRequest.ROUND_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int APPEND_REQUEST_NEWS_ONLY =
      Wire.AppendRequest.NEWS_ONLY_FIELD_NUMBER << NUMBER_SHIFT | VARINT;

  static final int APPEND_RESPONSE_SUCCESS =
      Wire.AppendResponse.SUCCESS_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int APPEND_RESPONSE_MATCH_INDEX =
      Wire.AppendResponse.MATCH_INDEX_FIELD_NUMBER << NUMBER_SHIFT | VARINT;
  static final int APPEND_RESPONSE_HINT =
      Wire.AppendResponse.HINT_FIELD_NUMBER << NUMBER_SHIFT | BYTES;
  static final int APPEND_RESPONSE_ROUND =
      Wire.AppendResponse.ROUND_FIELD_NUMBER << NUMBER_SHIFT | VARINT;

  static final int PROPOSAL_FORWARD_PAYLOADS =
      Wire.ProposalForward.PAYLOADS_FIELD_NUMBER << NUMBER_SHIFT | BYTES;

  static final int READ_INDEX_REQUEST_CONTEXT =
      Wire.ReadIndexRequest.CONTEXT_FIELD_NUMBER << NUMBER_SHIFT | FIXED64;

  static final int READ_INDEX_RESPONSE_CONTEXT =
      Wire.ReadIndexResponse.CONTEXT_FIELD_NUMBER << NUMBER_SHIFT | FIXED64;
  static final int READ_INDEX_RESPONSE_INDEX =
      Wire.ReadIndexResponse.INDEX_FIELD_NUMBER << NUMBER_SHIFT | VARINT;

  private WireTags() {}
}
