package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.kelson.raft.core.Message;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTransportListenerTest {
  private static final SocketAddress ADDRESS = Member.loopback(2380);

  private final Logger logger = (Logger) LoggerFactory.getLogger(LoggingTransportListener.class);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final LoggingTransportListener listener = new LoggingTransportListener(0xa, 0xc);

  @BeforeEach
  void attach() {
    appender.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(appender);
  }

  @AfterEach
  void detach() {
    logger.detachAppender(appender);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void aRefusalNamesBothSidesAndIsLoggedOnceUntilItChanges() {
    listener.peerRefused(0xb, ADDRESS, "first reason");
    listener.peerRefused(0xb, ADDRESS, "first reason");
    listener.inboundRefused(0xb, ADDRESS, "first reason");
    listener.inboundRefused(0xb, ADDRESS, "first reason");
    assertThat(warnings())
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("member a of cluster c", "peer b", "2380", "first reason"));

    listener.peerRefused(0xb, ADDRESS, "second reason");
    assertThat(warnings()).hasSize(3);
  }

  @Test
  void aSuccessInBetweenMakesTheSameTroubleNewsAgain() {
    PeerAddress address = new PeerAddress("b", 2380);
    listener.dialFailed(0xb, address, "connection refused");
    listener.dialFailed(0xb, address, "connection refused");
    assertThat(warnings()).hasSize(1);
    listener.dialFailed(0xb, new PeerAddress("also-b", 2380), "unknown host");
    listener.dialFailed(0xb, address, "connection refused");
    assertThat(warnings()).hasSize(2);

    listener.peerConnected(0xb, ADDRESS);
    listener.dialFailed(0xb, address, "connection refused");
    assertThat(warnings()).hasSize(3);
  }

  @Test
  void strangersCannotFillMemoryNorTheLogOfOneAddress() {
    for (int i = 0; i < 10; i++) {
      listener.inboundRefused(0, ADDRESS, "garbage");
    }
    assertThat(warnings()).hasSize(1).first().asString().contains("a stranger");
    for (int i = 1; i <= 5000; i++) {
      listener.inboundRefused(i, ADDRESS, "unknown");
    }
    // The first claim was forgotten by now: memory is bounded, at the cost of saying it twice.
    int before = warnings().size();
    listener.inboundRefused(1, ADDRESS, "unknown");
    assertThat(warnings()).hasSize(before + 1);
  }

  @Test
  void aMessageThatCanNeverBeSentIsAnErrorOthersAreNot() {
    Message message = new Message.TimeoutNow(0xa, 0xb, 1);
    listener.messageDropped(message, DropReason.OUTBOX_FULL);
    assertThat(linesAt(Level.ERROR)).isEmpty();
    listener.messageDropped(message, DropReason.TOO_LARGE);
    listener.messageDropped(message, DropReason.TOO_LARGE);
    assertThat(linesAt(Level.ERROR)).hasSize(1);
  }

  private List<String> warnings() {
    return linesAt(Level.WARN);
  }

  private List<String> linesAt(Level level) {
    return appender.list.stream()
        .filter(event -> event.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
