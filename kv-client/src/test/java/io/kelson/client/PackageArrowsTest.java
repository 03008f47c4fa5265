package io.kelson.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between the client's packages. */
class PackageArrowsTest {
  private static JavaClasses main;

  @BeforeAll
  static void read() {
    main =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kelson.client");
  }

  @Test
  void packagesDoNotGoInCircles() {
    slices().matching("io.kelson.client.(*)..").should().beFreeOfCycles().check(main);
  }

  @Test
  void theClientKnowsNothingOfWhatIsBuiltOnIt() {
    noClasses()
        .that()
        .resideInAPackage("io.kelson.client")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.kelson.client.*..")
        .check(main);
  }

  /** Coordination, cache and discovery could have been written by any user of the client. */
  @Test
  void whatIsBuiltOnTheClientSpeaksToNoServerItself() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.kelson.client.coordination..",
            "io.kelson.client.cache..",
            "io.kelson.client.discovery..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", "io.netty..", "com.google..", "io.kelson.api..")
        .check(main);
  }
}
