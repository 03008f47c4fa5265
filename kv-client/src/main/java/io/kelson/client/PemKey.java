package io.kelson.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key. The JDK reads PKCS#8 only; the older forms, which cfssl and OpenSSL still
 * write, are what stands inside PKCS#8 and are wrapped here (RFC 5208, RFC 8017 A.1.2, RFC 5915).
 * No message contains any of the key.
 */
final class PemKey {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]*)-----END \\1-----");

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int EC_PARAMETERS = 0xa0;
  private static final byte[] VERSION = {2, 1, 0};

  /** The object identifiers rsaEncryption, with its empty parameters, and ecPublicKey. */
  private static final byte[] RSA = {
    6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private PemKey() {}

  /**
   * The first key in the file.
   *
   * @throws IllegalArgumentException if there is none that can be used
   */
  static PrivateKey read(Path file) {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e);
    }
    if (text.contains("ENCRYPTED")) {
      throw new IllegalArgumentException(
          "the private key in " + file + " is encrypted; store it decrypted");
    }
    Matcher block = BLOCK.matcher(text);
    if (!block.find()) {
      throw unusable(file);
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      return key(
          switch (block.group(1)) {
            case "RSA PRIVATE KEY" -> pkcs8(RSA, der);
            case "EC PRIVATE KEY" -> pkcs8(concat(EC, curve(der)), der);
            default -> der;
          },
          file);
    } catch (RuntimeException e) {
      // Without the cause, which may quote the key.
      throw unusable(file);
    }
  }

  private static IllegalArgumentException unusable(Path file) {
    return new IllegalArgumentException(
        file + " holds no private key in PEM (PKCS#8, PKCS#1 or SEC1)");
  }

  private static PrivateKey key(byte[] pkcs8, Path file) {
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        // It is of another kind, then.
      }
    }
    throw unusable(file);
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, concat(VERSION, element(SEQUENCE, algorithm), element(OCTETS, key)));
  }

  /** What an EC key says of its curve: the third element, after version and number. */
  private static byte[] curve(byte[] der) {
    int at = contentAt(der, 0);
    while ((der[at] & 0xff) != EC_PARAMETERS) {
      at = endOf(der, at);
    }
    return Arrays.copyOfRange(der, contentAt(der, at), endOf(der, at));
  }

  private static int contentAt(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length - 0x80);
  }

  private static int endOf(byte[] der, int at) {
    int content = contentAt(der, at);
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      length = 0;
      for (int i = at + 2; i < content; i++) {
        length = length << 8 | der[i] & 0xff;
      }
    }
    return content + length;
  }

  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return concat(head, content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
