package io.kelson.server.backup;

import io.kelson.raft.core.LogPosition;
import io.kelson.server.cluster.MemberIds;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * What a backup says of itself, in its first file: lines of text that a person can read, with a
 * CRC-32C at the end.
 *
 * @param version of the Kelson that made it
 * @param created when, by the clock of the member that made it; whole seconds
 * @param clusterId the cluster it is of
 * @param memberId the member that made it
 * @param revision its newest revision
 * @param compactRevision the oldest revision that can be read in it, below 1 if all can
 * @param keys how many keys there are
 * @param applied the last log entry whose effect is in it
 * @param config data of the newest configuration entry up to there; empty if there was none
 * @param files the files of the store, in the order in which they follow
 */
public record BackupManifest(
    String version,
    Instant created,
    long clusterId,
    long memberId,
    long revision,
    long compactRevision,
    long keys,
    LogPosition applied,
    byte[] config,
    List<StoredFile> files) {
  /**
   * A file of the store.
   *
   * @param name without a directory
   * @param sizeBytes its length
   */
  public record StoredFile(String name, long sizeBytes) {
    public StoredFile {
      if (!name.matches("[A-Za-z0-9_.-]{1,60}") || name.startsWith(".") || sizeBytes < 0) {
        throw new IllegalArgumentException("no file of a store: " + name + ", " + sizeBytes);
      }
    }

    /** In the archive. */
    String path() {
      return "store/" + name;
    }

    /** Its line in {@link #SUMS}, as sha256sum writes and checks it. */
    String sum(String sha256) {
      return sha256 + "  " + path() + "\n";
    }
  }

  /** The first file of the archive. */
  static final String NAME = "MANIFEST";

  /** The last file of the archive. */
  static final String SUMS = "SHA256SUMS";

  static final int SHA256_BYTES = 32;

  /** Two empty blocks end a tar archive. */
  static final int END_BYTES = 2 * TarHeader.BLOCK_BYTES;

  /** Far more than a store has; bounds what a damaged file can make anybody allocate. */
  static final int MAX_BYTES = 16 << 20;

  private static final int FORMAT_VERSION = 1;
  private static final String FORMAT = "kelson-backup ";

  public BackupManifest {
    files = List.copyOf(files);
    Set<String> names = new HashSet<>();
    files.forEach(file -> names.add(file.name()));
    if (names.size() != files.size()) {
      throw new IllegalArgumentException("two files have the same name");
    }
  }

  /** The bytes of the first file. */
  byte[] encode() {
    StringBuilder body = new StringBuilder(FORMAT).append(FORMAT_VERSION).append('\n');
    line(body, "version", version);
    line(body, "created", created.toString());
    line(body, "cluster-id", MemberIds.text(clusterId));
    line(body, "member-id", MemberIds.text(memberId));
    line(body, "revision", Long.toString(revision));
    line(body, "compact-revision", Long.toString(compactRevision));
    line(body, "keys", Long.toString(keys));
    line(body, "applied-term", Long.toString(applied.term()));
    line(body, "applied-index", Long.toString(applied.index()));
    line(body, "configuration", HexFormat.of().formatHex(config));
    files.forEach(file -> line(body, "file", file.sizeBytes() + " " + file.name()));
    line(body, "crc32c", checksum(body.toString()));
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void line(StringBuilder body, String name, String value) {
    body.append(name).append('=').append(value).append('\n');
  }

  private static String checksum(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is damaged, or of a format this version does not know;
   *     the message goes on after the name of the file
   */
  static BackupManifest decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    requireKnownFormat(text);
    int end = text.lastIndexOf("crc32c=");
    if (end < 0
        || !text.substring(end).equals("crc32c=" + checksum(text.substring(0, end)) + "\n")) {
      throw new IllegalArgumentException("is damaged: the checksum of its manifest does not match");
    }
    Map<String, String> fields = new HashMap<>();
    List<StoredFile> files = new ArrayList<>();
    try {
      for (String line : text.substring(0, end).lines().skip(1).toList()) {
        String[] parts = line.split("=", 2);
        if (parts[0].equals("file")) {
          String[] file = parts[1].split(" ", 2);
          files.add(new StoredFile(file[1], Long.parseLong(file[0])));
        } else {
          fields.put(parts[0], parts[1]);
        }
      }
      return of(fields, files);
    } catch (IllegalArgumentException
        | NullPointerException
        | DateTimeException
        | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "has a manifest that makes no sense: " + e.getMessage(), e);
    }
  }

  private static void requireKnownFormat(String text) {
    String first = text.lines().findFirst().orElse("");
    if (!first.matches(FORMAT + "[0-9]{1,9}")) {
      throw new IllegalArgumentException("is not a Kelson backup: its manifest is not ours");
    }
    int format = Integer.parseInt(first.substring(FORMAT.length()));
    if (format != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "is a backup of format %d, and this version reads %d; use the version of Kelson that made it, or a newer one"
              .formatted(format, FORMAT_VERSION));
    }
  }

  private static BackupManifest of(Map<String, String> fields, List<StoredFile> files) {
    return new BackupManifest(
        fields.get("version"),
        Instant.parse(fields.get("created")),
        Long.parseUnsignedLong(fields.get("cluster-id"), 16),
        Long.parseUnsignedLong(fields.get("member-id"), 16),
        Long.parseLong(fields.get("revision")),
        Long.parseLong(fields.get("compact-revision")),
        Long.parseLong(fields.get("keys")),
        new LogPosition(
            Long.parseLong(fields.get("applied-term")),
            Long.parseLong(fields.get("applied-index"))),
        HexFormat.of().parseHex(fields.get("configuration")),
        files);
  }

  /** The header of a file of this backup. */
  byte[] header(String path, long sizeBytes) {
    return TarHeader.of(path, sizeBytes, created.getEpochSecond());
  }

  /** Length of the file of checksums, which is known before they are. */
  long sumsBytes() {
    String sample = "0".repeat(2 * SHA256_BYTES);
    return files.stream().mapToLong(file -> file.sum(sample).length()).sum();
  }

  /** Length of the archive: all but the checksum behind it. */
  long archiveBytes() {
    long bytes = TarHeader.entryBytes(encode().length) + TarHeader.entryBytes(sumsBytes());
    for (StoredFile file : files) {
      bytes += TarHeader.entryBytes(file.sizeBytes());
    }
    return bytes + END_BYTES;
  }

  /** Length of the whole backup. */
  public long totalBytes() {
    return archiveBytes() + SHA256_BYTES;
  }
}
