package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalsTest {
  private static final InetSocketAddress SOMEBODY = new InetSocketAddress("127.0.0.1", 1);

  @Test
  void oneASecondIsAWarningAndTheOthersAreCounted() {
    Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
      Refusals refusals = new Refusals("client", clock::get);
      for (int i = 0; i < 50; i++) {
        refusals.refused(SOMEBODY, "bad luck");
      }
      clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
      refusals.refused(SOMEBODY, "bad luck again");
      assertThat(log.list)
          .filteredOn(event -> event.getLevel() == Level.WARN)
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly(
              "rejected connection on client endpoint from " + SOMEBODY + ": bad luck",
              "rejected connection on client endpoint from "
                  + SOMEBODY
                  + ": bad luck again (and 49 more before)");
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void whatWasSentIsNotRepeated() {
    assertThat(
            Refusals.reason(
                new DecoderException(new NotSslRecordException("not an SSL/TLS record: 7365"))))
        .isEqualTo("the other side does not speak TLS");
    assertThat(Refusals.reason(new SSLHandshakeException("line\r\nforged " + "x".repeat(999))))
        .startsWith("TLS handshake failed: line forged xx")
        .hasSizeLessThan(400)
        .doesNotContain("\n");
  }
}
