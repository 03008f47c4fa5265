package io.kelson.junit;

import io.kelson.client.KelsonClient;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Starts the cluster of a {@link KelsonCluster} class and hands it to its tests. */
public final class KelsonExtension implements BeforeAllCallback, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(KelsonExtension.class);

  /** Made by JUnit. */
  public KelsonExtension() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    cluster(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == LocalCluster.class || type == KelsonClient.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    LocalCluster cluster = cluster(context);
    return parameter.getParameter().getType() == LocalCluster.class ? cluster : cluster.client();
  }

  /** The class's; nested classes share their outer class's. JUnit closes it with the class. */
  private static LocalCluster cluster(ExtensionContext context) {
    LocalCluster known = context.getStore(NAMESPACE).get(LocalCluster.class, LocalCluster.class);
    if (known != null) {
      return known;
    }
    LocalCluster started = LocalCluster.start(nodes(context));
    context.getStore(NAMESPACE).put(LocalCluster.class, started);
    return started;
  }

  private static int nodes(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getRequiredTestClass(), KelsonCluster.class)
        .orElseThrow(
            () ->
                new ExtensionConfigurationException(
                    context.getRequiredTestClass().getName()
                        + " is not annotated with @KelsonCluster, which says how many nodes"))
        .nodes();
  }
}
