package io.kelson.cli;

import io.kelson.client.DeleteResult;
import io.kelson.client.MemberList;
import io.kelson.client.PutResult;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tables in ASCII: members and endpoints only, as etcdctl. */
final class TablePrinter implements Printer {
  private final Console console;

  TablePrinter(Console console) {
    this.console = console;
  }

  @Override
  public void requireKeyValues() {
    throw Printers.unsupported("table");
  }

  @Override
  public void requireReply(boolean hasFields) {
    requireKeyValues();
  }

  @Override
  public void reply(Reply reply) {
    requireKeyValues();
  }

  @Override
  public void hashes(List<EndpointHashCommand.Line> lines) {
    print(Rows.HASH_COLUMNS, lines.stream().map(Rows::hash).toList());
  }

  @Override
  public void range(RangeResult result) {
    requireKeyValues();
  }

  @Override
  public void put(PutResult result) {
    requireKeyValues();
  }

  @Override
  public void delete(DeleteResult result) {
    requireKeyValues();
  }

  @Override
  public void txn(TxnResult result) {
    requireKeyValues();
  }

  @Override
  public void watch(WatchReply reply) {
    requireKeyValues();
  }

  @Override
  public void members(MemberList members) {
    print(Rows.MEMBER_COLUMNS, Rows.members(members));
  }

  @Override
  public void status(List<EndpointStatusCommand.Line> lines) {
    print(Rows.STATUS_COLUMNS, lines.stream().map(Rows::status).toList());
  }

  @Override
  public void health(List<EndpointHealthCommand.Line> lines) {
    print(Rows.HEALTH_COLUMNS, lines.stream().map(Rows::health).toList());
  }

  /** Any table. */
  void print(List<String> columns, List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < columns.size(); column++) {
      int width = width(columns.get(column));
      for (List<String> row : rows) {
        width = Math.max(width, width(row.get(column)));
      }
      widths.add(width);
    }
    StringBuilder rule = new StringBuilder("+");
    widths.forEach(width -> rule.append("-".repeat(width + 2)).append('+'));
    console.line(rule.toString());
    line(columns.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList(), widths, true);
    console.line(rule.toString());
    rows.forEach(row -> line(row, widths, false));
    console.line(rule.toString());
  }

  private void line(List<String> cells, List<Integer> widths, boolean centered) {
    StringBuilder line = new StringBuilder("|");
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      int gap = widths.get(column) - width(cell);
      int left = centered ? gap / 2 : gap;
      line.append(' ').append(" ".repeat(left)).append(cell);
      line.append(" ".repeat(gap - left)).append(" |");
    }
    console.line(line.toString());
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
