package io.kelson.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a cluster of its own: started before its first test, stopped after its last,
 * its data in a temporary directory that goes with it.
 *
 * <p>Constructors, lifecycle methods and tests may take a {@link LocalCluster} and a {@link
 * io.kelson.client.KelsonClient} as parameters; both are the same for the whole class. What is
 * stored stays from test to test, so give each its own prefix.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(KelsonExtension.class)
public @interface KelsonCluster {
  /** How many members, from 1. Three survive the loss of one. */
  int nodes() default 1;
}
