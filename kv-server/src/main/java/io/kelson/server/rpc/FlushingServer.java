package io.kelson.server.rpc;

import io.grpc.Attributes;
import io.grpc.Compressor;
import io.grpc.Decompressor;
import io.grpc.InternalChannelz.SocketStats;
import io.grpc.InternalInstrumented;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.InternalServer;
import io.grpc.internal.ServerImplBuilder;
import io.grpc.internal.ServerListener;
import io.grpc.internal.ServerStream;
import io.grpc.internal.ServerStreamListener;
import io.grpc.internal.ServerTransport;
import io.grpc.internal.ServerTransportListener;
import io.grpc.internal.StatsTraceContext;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.NettyTransportServers;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.util.List;

/**
 * A gRPC server on Netty that can send the beginning of a message while its end is still being
 * written.
 *
 * <p>gRPC sends what a call has written when the message is complete, and so holds all of it. This
 * one gives a {@link FlushedAnswer} the means to send earlier, and takes {@link SeveralMessages} at
 * a time, to be sent when the last is complete; everything else passes through.
 */
public final class FlushingServer {
  private FlushingServer() {}

  /**
   * A builder for such a server. Services and executor are set on it, everything that has to do
   * with the network on the Netty builder.
   */
  public static ServerImplBuilder builder(NettyServerBuilder netty) {
    return new ServerImplBuilder(
        (tracers, metrics) -> new Listening(NettyTransportServers.of(netty, tracers, metrics)));
  }

  private record Listening(InternalServer netty) implements InternalServer {
    @Override
    public void start(ServerListener listener) throws IOException {
      netty.start(new Connections(listener));
    }

    @Override
    public void shutdown() {
      netty.shutdown();
    }

    @Override
    public SocketAddress getListenSocketAddress() {
      return netty.getListenSocketAddress();
    }

    @Override
    public InternalInstrumented<SocketStats> getListenSocketStats() {
      return netty.getListenSocketStats();
    }

    @Override
    public List<? extends SocketAddress> getListenSocketAddresses() {
      return netty.getListenSocketAddresses();
    }

    @Override
    public List<InternalInstrumented<SocketStats>> getListenSocketStatsList() {
      return netty.getListenSocketStatsList();
    }
  }

  private record Connections(ServerListener server) implements ServerListener {
    @Override
    public ServerTransportListener transportCreated(ServerTransport transport) {
      return new Calls(server.transportCreated(transport));
    }

    @Override
    public void serverShutdown() {
      server.serverShutdown();
    }
  }

  private record Calls(ServerTransportListener connection) implements ServerTransportListener {
    @Override
    public void streamCreated(ServerStream stream, String method, Metadata headers) {
      connection.streamCreated(new FlushableStream(stream), method, headers);
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
      return connection.transportReady(attributes);
    }

    @Override
    public void transportTerminated() {
      connection.transportTerminated();
    }
  }

  /** Differs in {@link #writeMessage} only. */
  private record FlushableStream(ServerStream stream) implements ServerStream {
    @Override
    public void writeMessage(InputStream message) {
      if (message instanceof FramedMessages several) {
        if (!FrameRun.maybeWrite(several, stream)) {
          several.messages().forEach(stream::writeMessage);
        }
        return;
      }
      if (message instanceof FlushedAnswer answer) {
        answer.flushesWith(stream::flush);
      }
      stream.writeMessage(message);
    }

    @Override
    public void writeHeaders(Metadata headers, boolean flush) {
      stream.writeHeaders(headers, flush);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      stream.close(ClientMistakes.statusOf(status), trailers);
    }

    @Override
    public void cancel(Status status) {
      stream.cancel(status);
    }

    @Override
    public void setDecompressor(Decompressor decompressor) {
      stream.setDecompressor(decompressor);
    }

    @Override
    public Attributes getAttributes() {
      return stream.getAttributes();
    }

    @Override
    public String getAuthority() {
      return stream.getAuthority();
    }

    @Override
    public void setListener(ServerStreamListener listener) {
      stream.setListener(listener);
    }

    @Override
    public StatsTraceContext statsTraceContext() {
      return stream.statsTraceContext();
    }

    @Override
    public int streamId() {
      return stream.streamId();
    }

    @Override
    public void setOnReadyThreshold(int numBytes) {
      stream.setOnReadyThreshold(numBytes);
    }

    @Override
    public void request(int numMessages) {
      stream.request(numMessages);
    }

    @Override
    public void flush() {
      stream.flush();
    }

    @Override
    public boolean isReady() {
      return stream.isReady();
    }

    @Override
    public void optimizeForDirectExecutor() {
      stream.optimizeForDirectExecutor();
    }

    @Override
    public void setCompressor(Compressor compressor) {
      stream.setCompressor(compressor);
    }

    @Override
    public void setMessageCompression(boolean enable) {
      stream.setMessageCompression(enable);
    }
  }
}
