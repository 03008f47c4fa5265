package io.kelson.client.grpc;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.kelson.client.discovery.ServiceRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;

/**
 * Lets grpc-java's channels find a service's instances: {@code
 * ManagedChannelBuilder.forTarget("kelson:///orders")}.
 *
 * <pre>{@code
 * NameResolverRegistry.getDefaultRegistry()
 *     .register(new KelsonNameResolverProvider(new ServiceRegistry(client)));
 * }</pre>
 *
 * <p>The channel is told of every change. Instances of weight 0 are left out; the weight of the
 * others stands in the attribute {@link #WEIGHT} of their addresses, for policies that look at it.
 * The registry's client must live longer than the channels. Thread-safe.
 */
public final class KelsonNameResolverProvider extends NameResolverProvider {
  /** The scheme of targets. */
  public static final String SCHEME = "kelson";

  /** An instance's weight, on its address. */
  public static final io.grpc.Attributes.Key<Integer> WEIGHT =
      io.grpc.Attributes.Key.create("io.kelson.client.grpc.weight");

  private final ServiceRegistry registry;

  /** Finds services in this registry. */
  public KelsonNameResolverProvider(ServiceRegistry registry) {
    this.registry = registry;
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    if (!SCHEME.equals(target.getScheme())) {
      return null;
    }
    String path = target.getPath();
    if (path == null || path.length() < 2) {
      throw new IllegalArgumentException(
          "target " + target + " names no service: write it as kelson:///service");
    }
    return new KelsonNameResolver(registry, path.substring(1), args);
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  /** Below the default's, so that targets without a scheme stay with DNS. */
  @Override
  protected int priority() {
    return 4;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return List.of(InetSocketAddress.class);
  }
}
