package io.kelson.cli;

import com.google.protobuf.Message;
import java.util.function.Consumer;

/**
 * A reply whose format follows from the API's message but for a few words.
 *
 * @param message what the protobuf and the JSON format show
 * @param simple the text of the simple format, line ends included
 * @param fields the lines of the fields format; null where it cannot show this
 * @param json another JSON form than the message's; null for the message's
 */
record Reply(Message message, String simple, Consumer<FieldsPrinter> fields, Consumer<Json> json) {

  /** A reply of which the fields format shows the header only. */
  static Reply headerOnly(Message message, io.kelson.client.Header header, String simple) {
    return new Reply(message, simple, printer -> printer.header(header), null);
  }

  /** A reply that the fields format cannot show. */
  static Reply withoutFields(Message message, String simple) {
    return new Reply(message, simple, null, null);
  }
}
