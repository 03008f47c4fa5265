package io.kelson.client;

import java.util.Optional;

/**
 * A request came to nothing: for a write, nothing was changed.
 *
 * <p>When a write may or may not have happened, it is the subclass {@link OutcomeUnknownException}.
 */
public class EtcdException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String text;
  private final transient Header header;

  /** With the code and the text as the server or the client's own transport gave them. */
  public EtcdException(ErrorCode code, String text, Throwable cause) {
    this(code, text, null, cause);
  }

  EtcdException(ErrorCode code, String text, Header header, Throwable cause) {
    super(text, cause);
    this.code = code;
    this.text = text;
    this.header = header;
  }

  /** The status code. */
  public ErrorCode code() {
    return code;
  }

  /** The text, word for word, as {@code etcdserver: key is not provided}. */
  public String text() {
    return text;
  }

  /** The header, where the server's refusal came with one (a cancelled watch). */
  public Optional<Header> header() {
    return Optional.ofNullable(header);
  }
}
