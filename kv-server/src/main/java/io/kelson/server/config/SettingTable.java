package io.kelson.server.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every setting there is, and every one of etcd's that is not. */
final class SettingTable {
  private static final Map<String, Setting> BY_NAME = byName();

  private SettingTable() {}

  private static Map<String, Setting> byName() {
    List<Setting> rows = new ArrayList<>();
    MemberRows.addTo(rows);
    StoreRows.addTo(rows);
    SecurityRows.addTo(rows);
    OperationRows.addTo(rows);
    EtcdRows.addTo(rows);
    Map<String, Setting> byName = new LinkedHashMap<>();
    for (Setting row : rows) {
      if (byName.put(row.name(), row) != null) {
        throw new IllegalStateException("two settings are called " + row.name());
      }
    }
    return byName;
  }

  /** All rows in the order of their headings' files, names of old among them. */
  static Collection<Setting> all() {
    return BY_NAME.values();
  }

  /** Those that do something, under their names of today. */
  static List<Setting> obeyed() {
    return all().stream().filter(s -> s.fate() == Setting.Fate.OBEYED && !s.isOld()).toList();
  }

  static Optional<Setting> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** What somebody who mistyped a name most likely meant. */
  static String nearest(String name) {
    return NearestName.of(name, BY_NAME.keySet());
  }
}
