package io.kelson.raft;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may use which: the design's arrows, as a test. */
class PackageArrowsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.kelson.raft");

  @Test
  void coreStandsOnArithmeticAndTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage("io.kelson.raft.core..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "io.kelson.raft.core..",
                "io.kelson.raft.quorum..",
                "io.kelson.raft.progress..",
                "io.kelson.raft.membership..",
                "java.lang..",
                "java.util..",
                "java.io"))
        .check(CLASSES);
  }

  @Test
  void coreTouchesNoThreadFileOrClock() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.kelson.raft.core..",
            "io.kelson.raft.quorum..",
            "io.kelson.raft.progress..",
            "io.kelson.raft.membership..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.concurrent..", "java.nio..", "java.net..", "java.time..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.Thread")
        .check(CLASSES);
  }

  @Test
  void leavesKnowNothingOfTheNode() {
    for (String leaf : new String[] {"quorum", "progress", "membership"}) {
      classes()
          .that()
          .resideInAPackage("io.kelson.raft." + leaf + "..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage("io.kelson.raft." + leaf + "..", "java.lang..", "java.util.."))
          .check(CLASSES);
    }
  }

  @Test
  void nobodyBelowUsesTheRuntime() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kelson.raft.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.kelson.raft.runtime..")
        .check(CLASSES);
  }

  @Test
  void logKnowsNoNetwork() {
    noClasses()
        .that()
        .resideInAPackage("io.kelson.raft.log..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "com.google.protobuf..", "io.kelson.raft.transport..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void consensusKnowsNoServer() {
    assertThat(CLASSES.size()).as("classes were found at all").isGreaterThan(20);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.kelson.server..", "io.kelson.api..", "io.grpc..")
        .check(CLASSES);
  }
}
