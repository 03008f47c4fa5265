package io.kelson.server.auth;

import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.MacAlgorithm;
import io.jsonwebtoken.security.SecureDigestAlgorithm;
import io.jsonwebtoken.security.SignatureAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of signed tokens.
 *
 * @param method such as RS256
 * @param signing null if tokens can only be verified
 */
record JwtKeys(String method, SecureDigestAlgorithm<?, ?> algorithm, Key signing, Key verifying) {
  /** Without the keys. */
  @Override
  public String toString() {
    return "keys for " + method;
  }

  static JwtKeys read(TokenSpec spec) {
    String method = spec.signMethod();
    SecureDigestAlgorithm<?, ?> algorithm = Jwts.SIG.get().get(method);
    if (algorithm == null || method.equals("none")) {
      throw new IllegalArgumentException(
          "--auth-token: sign-method "
              + method
              + " is not known; say RS256, PS256, ES256, EdDSA, HS256 or one of their longer forms");
    }
    try {
      return algorithm instanceof MacAlgorithm mac
          ? shared(spec, mac)
          : pair(spec, algorithm, (SignatureAlgorithm) algorithm);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "--auth-token: the keys for " + method + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The bytes of the file are the key, as in etcd. */
  private static JwtKeys shared(TokenSpec spec, MacAlgorithm algorithm) throws IOException {
    if (spec.privateKeyFile() == null) {
      throw new IllegalArgumentException(
          "--auth-token: " + spec.signMethod() + " needs its key as priv-key=FILE");
    }
    byte[] bytes = Files.readAllBytes(Path.of(spec.privateKeyFile()));
    if (bytes.length * 8 < algorithm.getKeyBitLength()) {
      throw new IllegalArgumentException(
          "--auth-token: the key in "
              + spec.privateKeyFile()
              + " has "
              + bytes.length
              + " bytes; "
              + spec.signMethod()
              + " needs "
              + algorithm.getKeyBitLength() / 8
              + " or more");
    }
    SecretKey key = new SecretKeySpec(bytes, "HmacSHA" + algorithm.getKeyBitLength());
    return new JwtKeys(spec.signMethod(), algorithm, key, key);
  }

  private static JwtKeys pair(
      TokenSpec spec, SecureDigestAlgorithm<?, ?> algorithm, SignatureAlgorithm signatures)
      throws IOException, GeneralSecurityException {
    String family = PemKeys.family(spec.signMethod());
    PrivateKey signing =
        spec.privateKeyFile() == null
            ? null
            : PemKeys.privateKey(Path.of(spec.privateKeyFile()), family);
    PublicKey verifying =
        spec.publicKeyFile() == null
            ? PemKeys.publicOf(signing)
            : PemKeys.publicKey(Path.of(spec.publicKeyFile()), family);
    JwtKeys keys = new JwtKeys(spec.signMethod(), algorithm, signing, verifying);
    if (signing != null) {
      keys.requireFit(signatures);
    }
    return keys;
  }

  /** Tells at the start, not at the first login, if the two belong to different pairs. */
  private void requireFit(SignatureAlgorithm signatures) {
    try {
      String sample = sign(Jwts.builder().subject("sample"));
      Jwts.parser().verifyWith((PublicKey) verifying).build().parseSignedClaims(sample);
    } catch (JwtException e) {
      throw new IllegalArgumentException(
          "--auth-token: pub-key and priv-key do not belong together, or do not fit "
              + signatures.getId()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  @SuppressWarnings("unchecked")
  String sign(JwtBuilder token) {
    return token.signWith(signing, (SecureDigestAlgorithm<Key, ?>) algorithm).compact();
  }
}
