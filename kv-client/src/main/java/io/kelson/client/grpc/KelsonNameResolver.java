package io.kelson.client.grpc;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import io.kelson.client.discovery.Instance;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.client.discovery.ServiceView;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Follows one service for one channel. */
final class KelsonNameResolver extends NameResolver {
  private final ServiceRegistry registry;
  private final String service;
  private final SynchronizationContext context;
  private ServiceView view;

  KelsonNameResolver(ServiceRegistry registry, String service, Args args) {
    this.registry = registry;
    this.service = service;
    this.context = args.getSynchronizationContext();
  }

  @Override
  public String getServiceAuthority() {
    return service;
  }

  @Override
  public void start(Listener2 listener) {
    view = registry.watch(service);
    view.ready()
        .whenComplete(
            (ready, failure) -> {
              if (failure == null) {
                view.listen(instances -> tell(listener, instances));
              } else {
                Status status =
                    Status.UNAVAILABLE
                        .withDescription("the registry cannot be read")
                        .withCause(failure);
                context.execute(() -> listener.onError(status));
              }
            });
  }

  /** Host names are looked up here, on the registry's thread, and not on the channel's. */
  private void tell(Listener2 listener, List<Instance> instances) {
    List<EquivalentAddressGroup> addresses = new ArrayList<>(instances.size());
    for (Instance instance : instances) {
      InetSocketAddress address = address(instance.address());
      if (instance.weight() > 0 && address != null) {
        Attributes attributes =
            Attributes.newBuilder()
                .set(KelsonNameResolverProvider.WEIGHT, instance.weight())
                .build();
        addresses.add(new EquivalentAddressGroup(address, attributes));
      }
    }
    StatusOr<List<EquivalentAddressGroup>> result =
        addresses.isEmpty()
            ? StatusOr.fromStatus(
                Status.UNAVAILABLE.withDescription("no instance of " + service + " is registered"))
            : StatusOr.fromValue(addresses);
    ResolutionResult told = ResolutionResult.newBuilder().setAddressesOrError(result).build();
    context.execute(() -> listener.onResult2(told));
  }

  /** Null for what is not host:port, which no channel could reach. */
  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      String host = text.substring(0, Math.max(colon, 0));
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      String name = bracketed ? host.substring(1, host.length() - 1) : host;
      return name.isEmpty()
          ? null
          : new InetSocketAddress(name, Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public void shutdown() {
    if (view != null) {
      view.close();
    }
  }
}
