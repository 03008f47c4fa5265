# Sourced by the launchers beside it: builds the module if that has not been done, and sets
# $java and $class_path. $here is this directory.

if [[ -n "${JAVA_HOME:-}" ]]; then java="$JAVA_HOME/bin/java"; else java=java; fi

jars=("$here"/target/jmh-bench-*.jar)
if [[ ! -f "${jars[0]}" || ! -d "$here/target/lib" ]]; then
  echo "building the load driver (first use) ..." >&2
  mvn -B -q -f "$here/../pom.xml" -pl jmh-bench -am package -DskipTests >&2
  jars=("$here"/target/jmh-bench-*.jar)
fi
class_path="${jars[0]}"
