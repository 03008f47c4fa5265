package io.kelson.chaos;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs with {@code .ci/long-tests} only, so that a build stays short enough to be waited for;
 * without it the build says what it left out.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("long")
@ExtendWith(LongRun.Condition.class)
public @interface LongRun {
  /** Whether it is to run. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (Boolean.getBoolean("chaos.long")) {
        return ConditionEvaluationResult.enabled("longer tests were asked for");
      }
      String reason =
          "skipped: "
              + context.getRequiredTestClass().getSimpleName()
              + " takes a minute or more; .ci/long-tests runs those";
      if (context.getTestMethod().isEmpty()) {
        System.out.println(reason);
      }
      return ConditionEvaluationResult.disabled(reason);
    }
  }
}
