package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the client shows: nothing from outside the JDK, but in the one package made for grpc. */
class PublicApiTest {
  /** Made for users of grpc-java: grpc's types are what they come for. */
  private static final String FOR_GRPC = "io.kelson.client.grpc.";

  private final Set<String> strangers = new TreeSet<>();

  @Test
  void namesNoTypeFromOutsideTheJdk() throws Exception {
    List<Class<?>> shown = publicClasses();
    assertThat(shown).contains(KelsonClient.class, LeaseCalls.class, TxnOp.Builder.class);
    for (Class<?> type : shown) {
      if (!type.getName().startsWith(FOR_GRPC)) {
        inspect(type);
      }
    }
    assertThat(strangers).isEmpty();
  }

  @Test
  void everyCallHasBothForms() throws Exception {
    for (Class<?> group :
        List.of(
            KelsonClient.class,
            LeaseCalls.class,
            AuthCalls.class,
            ClusterCalls.class,
            MaintenanceCalls.class)) {
      for (Method method : group.getMethods()) {
        if (method.getName().endsWith("Async")) {
          String name = method.getName();
          String blocking = name.substring(0, name.length() - "Async".length());
          Class<?> result = group.getMethod(blocking, method.getParameterTypes()).getReturnType();
          ParameterizedType future = (ParameterizedType) method.getGenericReturnType();
          assertThat(future.getActualTypeArguments()[0].getTypeName())
              .as("%s.%s", group.getSimpleName(), name)
              .startsWith(result.getName());
        }
      }
    }
  }

  private static List<Class<?>> publicClasses() throws URISyntaxException, IOException {
    Path root =
        Path.of(KelsonClient.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = root.relativize(file).toString().replace('/', '.');
        if (name.endsWith(".class") && !name.endsWith("-info.class")) {
          Class<?> type = load(name.substring(0, name.length() - ".class".length()));
          if (isShown(type)) {
            found.add(type);
          }
        }
      }
    }
    return found;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, PublicApiTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private static boolean isShown(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getEnclosingClass() == null || isShown(type.getEnclosingClass()));
  }

  private void inspect(Class<?> type) {
    String where = type.getName();
    check(where, type.getGenericSuperclass());
    for (Type parent : type.getGenericInterfaces()) {
      check(where, parent);
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (isShown(constructor.getModifiers())) {
        checkAll(where, constructor.getGenericParameterTypes());
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      if (isShown(method.getModifiers()) && !method.isSynthetic()) {
        String name = where + "." + method.getName();
        check(name, method.getGenericReturnType());
        checkAll(name, method.getGenericParameterTypes());
        checkAll(name, method.getGenericExceptionTypes());
      }
    }
    for (Field field : type.getDeclaredFields()) {
      if (isShown(field.getModifiers()) && !field.isSynthetic()) {
        check(where + "." + field.getName(), field.getGenericType());
      }
    }
  }

  private static boolean isShown(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private void checkAll(String where, Type[] types) {
    for (Type type : types) {
      check(where, type);
    }
  }

  private void check(String where, Type type) {
    if (type instanceof Class<?> plain) {
      Class<?> element = plain;
      while (element.isArray()) {
        element = element.getComponentType();
      }
      String name = element.getName();
      boolean known =
          element.isPrimitive()
              || name.startsWith("java.")
              || name.startsWith("javax.net.ssl.")
              || name.startsWith("io.kelson.client.") && !name.startsWith(FOR_GRPC);
      if (!known) {
        strangers.add(where + " names " + name);
      }
    } else if (type instanceof ParameterizedType generic) {
      check(where, generic.getRawType());
      checkAll(where, generic.getActualTypeArguments());
    } else if (type instanceof WildcardType wildcard) {
      checkAll(where, wildcard.getUpperBounds());
      checkAll(where, wildcard.getLowerBounds());
    } else if (type instanceof GenericArrayType array) {
      check(where, array.getGenericComponentType());
    } else if (type instanceof TypeVariable<?> variable) {
      for (Type bound : variable.getBounds()) {
        if (bound != Object.class && bound instanceof Class<?>) {
          check(where, bound);
        }
      }
    }
  }
}
