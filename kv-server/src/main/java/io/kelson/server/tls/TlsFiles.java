package io.kelson.server.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The files one side of TLS is made of.
 *
 * @param cert this side's certificate chain in PEM, its own first; null to show none
 * @param key its private key in PEM; null exactly if there is no certificate
 * @param trusted who may have signed the certificates of those who connect here; null: they are not
 *     asked for one
 * @param dialTrusted who may have signed the certificates of those this side connects to; empty:
 *     those the Java runtime trusts
 * @param revoked certificates that are not accepted any more, PEM or DER; null if there are none
 */
public record TlsFiles(Path cert, Path key, Path trusted, List<Path> dialTrusted, Path revoked) {
  public TlsFiles {
    dialTrusted = List.copyOf(dialTrusted);
  }

  /** Files of somebody who only connects to others; each may be null. */
  public static TlsFiles ofClient(Path trusted, Path cert, Path key) {
    return new TlsFiles(cert, key, null, trusted == null ? List.of() : List.of(trusted), null);
  }

  /**
   * What tells a file from its replacement, without reading it; a file that is gone has one too.
   */
  List<String> stamp() {
    List<Path> all = new ArrayList<>();
    all.add(cert);
    all.add(key);
    all.add(trusted);
    all.addAll(dialTrusted);
    all.add(revoked);
    return all.stream().filter(Objects::nonNull).map(TlsFiles::stamp).toList();
  }

  private static String stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return file + " " + now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
    } catch (IOException e) {
      return file + " is not readable";
    }
  }
}
