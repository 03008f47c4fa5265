package io.kelson.server.auth;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys as other tools write them: PEM, in the forms that etcd reads. */
final class PemKeys {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  /** Object identifiers, encoded. */
  private static final byte[] RSA = {
    6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1
  };

  private static final byte[] NULL = {5, 0};
  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private static final byte SEQUENCE = 0x30;
  private static final byte OCTETS = 4;
  private static final byte BITS = 3;

  /** Curve parameters inside a key of the older form. */
  private static final byte PARAMETERS = (byte) 0xa0;

  private PemKeys() {}

  private record Block(String name, byte[] bytes) {}

  /** The kind of key that a signature method takes. */
  static String family(String method) {
    return switch (method.substring(0, 2)) {
      case "RS", "PS" -> "RSA";
      case "ES" -> "EC";
      default -> "EdDSA";
    };
  }

  static PrivateKey privateKey(Path file, String family)
      throws IOException, GeneralSecurityException {
    // Tools write the curve's name in a block of its own before the key.
    for (Block block : blocks(file)) {
      byte[] wrapped =
          switch (block.name()) {
            case "PRIVATE KEY" -> block.bytes();
            case "RSA PRIVATE KEY" -> wrap(concat(RSA, NULL), block.bytes());
            case "EC PRIVATE KEY" -> wrap(concat(EC, curve(block.bytes())), block.bytes());
            default -> null;
          };
      if (wrapped != null) {
        return KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(wrapped));
      }
    }
    throw new GeneralSecurityException(file + " holds no private key that is not encrypted");
  }

  static PublicKey publicKey(Path file, String family)
      throws IOException, GeneralSecurityException {
    for (Block block : blocks(file)) {
      switch (block.name()) {
        case "PUBLIC KEY" -> {
          return decode(block.bytes(), family);
        }
        case "RSA PUBLIC KEY" -> {
          byte[] bits = concat(new byte[1], block.bytes());
          byte[] algorithm = der(SEQUENCE, concat(RSA, NULL));
          return decode(der(SEQUENCE, concat(algorithm, der(BITS, bits))), family);
        }
        case "CERTIFICATE" -> {
          return CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.bytes()))
              .getPublicKey();
        }
        default -> {
          // Something else that may stand in such a file.
        }
      }
    }
    throw new GeneralSecurityException(file + " holds no public key");
  }

  private static PublicKey decode(byte[] bytes, String family) throws GeneralSecurityException {
    return KeyFactory.getInstance(family).generatePublic(new X509EncodedKeySpec(bytes));
  }

  /** The other half of a private key, where it follows from it. */
  static PublicKey publicOf(PrivateKey key) throws GeneralSecurityException {
    if (key instanceof RSAPrivateCrtKey rsa) {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
    }
    throw new GeneralSecurityException("beside priv-key, this method needs pub-key=FILE");
  }

  private static Iterable<Block> blocks(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    Matcher matcher = BLOCK.matcher(text);
    return matcher
        .results()
        .map(found -> new Block(found.group(1), Base64.getMimeDecoder().decode(found.group(2))))
        .toList();
  }

  /** The one form of private keys that the JDK reads, around an older one. */
  private static byte[] wrap(byte[] algorithm, byte[] key) {
    byte[] version = {2, 1, 0};
    return der(SEQUENCE, concat(concat(version, der(SEQUENCE, algorithm)), der(OCTETS, key)));
  }

  /** The name of the curve, which a key of the older form holds behind its number. */
  private static byte[] curve(byte[] key) throws GeneralSecurityException {
    int at = header(key, 0);
    while (at < key.length) {
      int content = header(key, at);
      int end = content + length(key, at);
      if (key[at] == PARAMETERS) {
        return Arrays.copyOfRange(key, content, end);
      }
      at = end;
    }
    throw new GeneralSecurityException("the key does not say which curve it is of");
  }

  private static int header(byte[] bytes, int at) throws GeneralSecurityException {
    if (at + 2 > bytes.length) {
      throw new GeneralSecurityException("the key is cut short");
    }
    return at + 2 + (bytes[at + 1] < 0 ? bytes[at + 1] & 0x7f : 0);
  }

  private static int length(byte[] bytes, int at) throws GeneralSecurityException {
    int first = bytes[at + 1] & 0xff;
    if (first < 0x80) {
      return requireWithin(bytes, header(bytes, at), first);
    }
    int content = header(bytes, at);
    if (first == 0x80 || first > 0x83 || content > bytes.length) {
      throw new GeneralSecurityException("the key is cut short");
    }
    int size = new BigInteger(1, Arrays.copyOfRange(bytes, at + 2, content)).intValue();
    return requireWithin(bytes, content, size);
  }

  private static int requireWithin(byte[] bytes, int content, int size)
      throws GeneralSecurityException {
    if (size > bytes.length - content) {
      throw new GeneralSecurityException("the key is cut short");
    }
    return size;
  }

  private static byte[] der(byte tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      byte[] size = BigInteger.valueOf(content.length).toByteArray();
      int skip = size[0] == 0 ? 1 : 0;
      out.write(0x80 | (size.length - skip));
      out.write(size, skip, size.length - skip);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
