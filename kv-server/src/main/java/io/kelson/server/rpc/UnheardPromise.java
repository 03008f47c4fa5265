package io.kelson.server.rpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.EventExecutor;

/**
 * A promise for writes that nobody waits for; it can be given to any number of them, as it is never
 * kept and never broken. Netty's own for that raises an error in the pipeline for each write that
 * fails. Nothing may be hung on to it.
 */
final class UnheardPromise extends DefaultChannelPromise {
  UnheardPromise(Channel channel, EventExecutor executor) {
    super(channel, executor);
  }

  @Override
  public ChannelPromise setSuccess(Void result) {
    return this;
  }

  @Override
  public boolean trySuccess(Void result) {
    return true;
  }

  @Override
  public ChannelPromise setFailure(Throwable cause) {
    return this;
  }

  @Override
  public boolean tryFailure(Throwable cause) {
    return true;
  }
}
