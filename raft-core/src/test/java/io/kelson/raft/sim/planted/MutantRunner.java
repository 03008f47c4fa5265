package io.kelson.raft.sim.planted;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Changes the sources, compiles the changed ones in memory against the test class path, loads the
 * consensus packages and the simulator afresh with them, and runs seeds until one fails.
 */
final class MutantRunner {
  private static final String ROOT = "io.kelson.raft.";
  private static final List<String> PACKAGES =
      List.of("core.", "quorum.", "progress.", "membership.", "log.", "sim.");
  private static final String SELF = ROOT + "sim.planted.";

  /**
   * What became of it.
   *
   * @param seeds how many ran, the last of them the one that failed if any did
   * @param caughtBy whose check it was, or null if no seed failed
   * @param failure its message, or null
   */
  record Outcome(int seeds, String caughtBy, String failure) {}

  private final Path module;

  /**
   * @param module the module's directory, with its sources
   */
  MutantRunner(Path module) {
    this.module = module;
  }

  /** Runs seeds 1, 2, 3 ... until one fails. */
  Outcome run(Mutant mutant, int maxSeeds) throws IOException, ReflectiveOperationException {
    Map<String, byte[]> changed = compile(mutant);
    ClassLoader loader = new FreshLoader(changed);
    Class<?> simulation = loader.loadClass(ROOT + "sim.Simulation");
    Constructor<?> create = simulation.getConstructor(long.class, Consumer.class);
    Method run = simulation.getMethod("run");
    for (int seed = 1; seed <= maxSeeds; seed++) {
      try {
        run.invoke(create.newInstance((long) seed, null));
      } catch (InvocationTargetException e) {
        return new Outcome(seed, caughtBy(e.getCause()), e.getCause().getMessage());
      }
    }
    return new Outcome(maxSeeds, null, null);
  }

  /** Who noticed: the class that threw first tells. */
  private static String caughtBy(Throwable failure) {
    Throwable first = failure;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String type = first.getStackTrace()[0].getClassName();
    if (!type.startsWith(ROOT + "sim.")) {
      return "the code's own checks";
    }
    return switch (type.substring((ROOT + "sim.").length())) {
      case "Invariants", "Configurations" -> "invariants";
      case "Clients", "Registers" -> "client model";
      case "SimDisk", "RealLog", "LogImage" -> "log model";
      case "Simulation" -> "liveness";
      default -> "runtime contract";
    };
  }

  /**
   * The source of a class with every edit to it made.
   *
   * @throws IllegalStateException if an edit no longer fits: the registry is stale
   */
  String mutate(Mutant mutant, String type) throws IOException {
    String source = Files.readString(source(type));
    for (Mutant.Edit edit : mutant.edits()) {
      if (edit.type().equals(type)) {
        source = apply(mutant, edit, source);
      }
    }
    return source;
  }

  private static String apply(Mutant mutant, Mutant.Edit edit, String source) {
    // Any white space matches any other, so that the formatter does not make a mutant stale.
    StringBuilder pattern = new StringBuilder();
    for (String word : edit.find().strip().split("\\s+")) {
      pattern.append(pattern.length() == 0 ? "" : "\\s+").append(Pattern.quote(word));
    }
    Matcher matcher = Pattern.compile(pattern.toString()).matcher(source);
    int found = (int) matcher.results().count();
    if (found != 1) {
      throw new IllegalStateException(
          "mutant "
              + mutant.id()
              + " is stale: found "
              + found
              + " times in "
              + edit.type()
              + ": "
              + edit.find());
    }
    return matcher.reset().replaceFirst(Matcher.quoteReplacement(edit.replace()));
  }

  private Path source(String type) {
    String relative = (ROOT + type).replace('.', '/') + ".java";
    Path main = module.resolve("src/main/java").resolve(relative);
    return Files.exists(main) ? main : module.resolve("src/test/java").resolve(relative);
  }

  private Map<String, byte[]> compile(Mutant mutant) throws IOException {
    List<JavaFileObject> sources = new ArrayList<>();
    for (String type : mutant.edits().stream().map(Mutant.Edit::type).distinct().toList()) {
      sources.add(new Source(ROOT + type, mutate(mutant, type)));
    }
    if (sources.isEmpty()) {
      return Map.of();
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    List<String> options =
        List.of("-Xlint:none", "-proc:none", "-classpath", System.getProperty("java.class.path"));
    try (Memory memory =
        new Memory(compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8))) {
      if (!compiler.getTask(problems, memory, null, options, null, sources).call()) {
        throw new IllegalStateException(
            "mutant " + mutant.id() + " is stale, it does not compile: " + problems);
      }
      return memory.classes();
    }
  }

  /** A source that exists only here. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String type, String text) {
      super(URI.create("string:///" + type.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps what the compiler writes. */
  private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    Memory(JavaFileManager manager) {
      super(manager);
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      written.put(className, bytes);
      return new SimpleJavaFileObject(
          URI.create("string:///" + className.replace('.', '/') + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }
  }

  /** Defines the classes of the consensus packages itself, changed or not; the rest is shared. */
  private static final class FreshLoader extends ClassLoader {
    private final Map<String, byte[]> changed;

    FreshLoader(Map<String, byte[]> changed) {
      super(MutantRunner.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        if (!isFresh(name)) {
          return super.loadClass(name, resolve);
        }
        Class<?> known = findLoadedClass(name);
        return known != null ? known : define(name);
      }
    }

    private static boolean isFresh(String name) {
      return name.startsWith(ROOT)
          && !name.startsWith(SELF)
          && PACKAGES.stream().anyMatch(p -> name.startsWith(p, ROOT.length()));
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      byte[] bytes = changed.get(name);
      try (InputStream original =
          getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (bytes == null && original == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] code = bytes != null ? bytes : original.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
