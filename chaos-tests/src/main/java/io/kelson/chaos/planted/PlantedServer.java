package io.kelson.chaos.planted;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Makes the classes of a server with a planted bug. */
public final class PlantedServer {
  private final Path sourceTree;

  /**
   * @param sourceTree the root of the source tree, with the server built in it
   */
  public PlantedServer(Path sourceTree) {
    this.sourceTree = sourceTree;
  }

  /**
   * Compiles the changed source.
   *
   * @param into a directory for the classes; made if it is not there
   * @return the directory, to be put before the server's own classes
   * @throws IllegalStateException if the bug's text no longer fits the source, or does not compile,
   *     or there is no compiler
   */
  public Path compile(PlantedBug bug, Path into) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IllegalStateException("a planted bug has to be compiled: run on a JDK, not a JRE");
    }
    Path original = sourceTree.resolve(bug.source());
    Path changed = into.resolve("source").resolve(original.getFileName());
    Path classes = Files.createDirectories(into.resolve("classes"));
    Files.createDirectories(changed.getParent());
    Files.writeString(changed, change(bug, Files.readString(original)));
    StringWriter problems = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
      files.setLocationFromPaths(StandardLocation.CLASS_PATH, serverClassPath());
      boolean compiled =
          compiler
              .getTask(
                  problems,
                  files,
                  null,
                  List.of("-Xlint:none", "-proc:none", "-g", "--release", "17"),
                  null,
                  files.getJavaFileObjects(changed))
              .call();
      if (!compiled) {
        throw new IllegalStateException(
            "planted bug " + bug.id() + " is stale, it does not compile: " + problems);
      }
    }
    return classes;
  }

  /** The source with the bug in it. */
  static String change(PlantedBug bug, String source) {
    // Any white space matches any other, so that the formatter does not make a bug stale.
    StringBuilder pattern = new StringBuilder();
    for (String word : bug.find().strip().split("\\s+")) {
      pattern.append(pattern.length() == 0 ? "" : "\\s+").append(Pattern.quote(word));
    }
    Matcher matcher = Pattern.compile(pattern.toString()).matcher(source);
    long found = matcher.results().count();
    if (found != 1) {
      throw new IllegalStateException(
          "planted bug "
              + bug.id()
              + " is stale: its text is "
              + found
              + " times in "
              + bug.source()
              + ": "
              + bug.find());
    }
    return matcher.reset().replaceFirst(Matcher.quoteReplacement(bug.replace()));
  }

  /** The server's jar and what it needs, as they were built. */
  public List<Path> serverClassPath() throws IOException {
    Path target = sourceTree.resolve("kv-server/target");
    try (Stream<Path> jars = Files.list(target);
        Stream<Path> libraries = Files.list(target.resolve("lib"))) {
      return Stream.concat(
              jars.filter(PlantedServer::isMainJar),
              libraries.filter(f -> f.toString().endsWith(".jar")))
          .toList();
    }
  }

  private static boolean isMainJar(Path file) {
    return file.getFileName().toString().matches("kv-server-.*(?<!-sources|-javadoc|-tests)\\.jar");
  }
}
