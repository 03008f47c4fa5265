package io.kelson.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between packages, as the design draws them. */
class PackageArrowsTest {
  private static JavaClasses main;

  @BeforeAll
  static void read() {
    main =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kelson.server");
  }

  @Test
  void packagesDoNotGoInCircles() {
    slices().matching("io.kelson.server.(*)..").should().beFreeOfCycles().check(main);
  }

  @Test
  void theStateMachineKnowsNoDoor() {
    noClasses()
        .that()
        .resideInAnyPackage("..server.mvcc..", "..server.apply..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "..server.rpc..",
            "..server.http..",
            "..server.watch..",
            "..server.config..",
            "io.netty..",
            "io.grpc.stub..",
            "io.grpc.netty..")
        .check(main);
  }

  @Test
  void rocksDbIsUsedByTheStoreOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..server.mvcc..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.rocksdb..")
        .check(main);
  }

  @Test
  void doorsReachConsensusThroughTheirOwnInterface() {
    noClasses()
        .that()
        .resideInAnyPackage("..server.rpc..", "..server.http..", "..server.watch..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.kelson.raft.runtime.RaftNode")
        .check(main);
  }

  @Test
  void tlsKnowsSettingsAndTheTransportAndNothingElseOfTheServer() {
    noClasses()
        .that()
        .resideInAPackage("..server.tls..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.kelson..")
                .and(
                    not(
                        resideInAnyPackage(
                            "..server.tls..", "..server.config..", "io.kelson.raft.transport.."))))
        .check(main);
  }

  @Test
  void certificatesAreReadAndMadeInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..server.tls..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bouncycastle..")
        .check(main);
  }

  @Test
  void configurationAndIdentityStandOnNothingThatRuns() {
    classes()
        .that()
        .resideInAnyPackage("..server.config..", "..server.cluster..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "picocli..",
            "org.snakeyaml..",
            "..server.config..",
            "..server.cluster..",
            "io.kelson.server")
        .check(main);
  }

  @Test
  void nobodyDependsOnMetricsButWhoPutsAMemberTogether() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..server.metrics..", "io.kelson.server")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..server.metrics..")
        .check(main);
  }

  @Test
  void thePrometheusLibraryIsUsedByMetricsOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..server.metrics..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.prometheus..")
        .check(main);
  }
}
