package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.kelson.api.AuthGrpc;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.lock.LockGrpc;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The gateway's table against what the .proto files have. */
class GatewayMethodsTest {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          KVGrpc.getServiceDescriptor(),
          WatchGrpc.getServiceDescriptor(),
          LeaseGrpc.getServiceDescriptor(),
          ClusterGrpc.getServiceDescriptor(),
          MaintenanceGrpc.getServiceDescriptor(),
          AuthGrpc.getServiceDescriptor(),
          LockGrpc.getServiceDescriptor(),
          ElectionGrpc.getServiceDescriptor());

  @Test
  void everyRpcHasAPath() {
    List<String> rpcs =
        SERVICES.stream()
            .flatMap(service -> service.getMethods().stream())
            .map(MethodDescriptor::getFullMethodName)
            .toList();
    List<String> known =
        Stream.concat(
                GatewayMethods.ALL.stream().map(GatewayMethod::name),
                GatewayMethods.WITHOUT_PATH.stream())
            .toList();
    assertThat(known).containsExactlyInAnyOrderElementsOf(rpcs);
  }

  @Test
  void noPathLeadsToTwo() {
    List<String> paths = GatewayMethods.ALL.stream().flatMap(m -> m.paths().stream()).toList();
    assertThat(paths).doesNotHaveDuplicates().allMatch(path -> path.matches("/v3/[a-z/-]+"));
  }

  /** JSON is written by number and etcd writes it in the order of the .proto file: it is one. */
  @Test
  void fieldsAreDeclaredInTheOrderOfTheirNumbers() {
    TreeSet<Descriptor> messages = new TreeSet<>(Comparator.comparing(Descriptor::getFullName));
    messages.addAll(RangeRequest.getDescriptor().getFile().getMessageTypes());
    for (GatewayMethod method : GatewayMethods.ALL) {
      messages.addAll(method.response().getDescriptorForType().getFile().getMessageTypes());
    }
    assertThat(messages).hasSizeGreaterThan(80);
    List<String> others = new ArrayList<>();
    for (Descriptor message : messages) {
      List<Integer> numbers =
          message.getFields().stream().map(FieldDescriptor::getNumber).collect(Collectors.toList());
      if (!numbers.equals(numbers.stream().sorted().toList())) {
        others.add(message.getName());
      }
    }
    assertThat(others).isEmpty();
  }
}
