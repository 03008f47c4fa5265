package io.kelson.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.EtcdError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens and tickets, by a clock that the test turns. */
class TokensTest {
  private static final AuthState STATE = state(7, "secret");
  private static final String TOKEN = "abcdefghijklmnop.12";

  @TempDir Path temp;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
  private final SimpleTokens simple = new SimpleTokens(300, nanos::get);

  @Test
  void aSimpleTokenLivesAsLongAsItIsUsed() {
    simple.accept(TokenEffect.assign("u", TOKEN));
    pass(299);
    assertThat(simple.identify(TOKEN, STATE)).isEqualTo(new Identity("u", 7));
    pass(299);
    assertThat(simple.identify(TOKEN, state(8, "secret"))).isEqualTo(new Identity("u", 8));
    pass(300);
    invalid(() -> simple.identify(TOKEN, STATE));
    invalid(() -> simple.identify("abcdefghijklmnop.13", STATE));
  }

  @Test
  void whatHasExpiredIsForgottenWhenOthersCome() {
    simple.accept(TokenEffect.assign("u", TOKEN));
    simple.accept(TokenEffect.assign("v", "used"));
    pass(200);
    simple.identify("used", STATE);
    pass(200);
    simple.accept(TokenEffect.assign("w", "new"));
    assertThat(simple.size()).isEqualTo(2);
    assertThat(simple.identify("used", STATE).user()).isEqualTo("v");
  }

  @Test
  void nobodyIsRememberedBeyondTheBound() {
    for (int i = 0; i < SimpleTokens.MAX_TOKENS + 100; i++) {
      simple.accept(TokenEffect.assign("u", "t" + i));
    }
    assertThat(simple.size()).isEqualTo(SimpleTokens.MAX_TOKENS);
  }

  @Test
  void tokensGoWithTheirUser() {
    simple.accept(TokenEffect.assign("u", "one"));
    simple.accept(TokenEffect.assign("u", "two"));
    simple.accept(TokenEffect.assign("v", "other"));
    simple.accept(TokenEffect.drop("u"));
    invalid(() -> simple.identify("one", STATE));
    invalid(() -> simple.identify("two", STATE));
    assertThat(simple.identify("other", STATE).user()).isEqualTo("v");
    simple.accept(TokenEffect.dropAll());
    invalid(() -> simple.identify("other", STATE));
  }

  @Test
  void aSimpleTokenSaysWhichEntryMadeIt() {
    assertThat(simple.madeAt(TOKEN)).isEqualTo(12);
    assertThat(simple.madeAt("abcdefghijklmnop.x")).isZero();
    assertThat(simple.madeAt("abcdefghijklmnop.-4")).isZero();
    assertThat(simple.madeAt("abcdefghijklmnop.")).isZero();
    assertThat(simple.madeAt("abc.12")).isZero();
    assertThat(SimpleTokens.newPrefix(new Random(1))).matches("[A-Za-z]{16}");
  }

  @ParameterizedTest
  @CsvSource({
    "RS256,RSA,2048",
    "PS512,RSA,2048",
    "ES256,EC,secp256r1",
    "ES384,EC,secp384r1",
    "EdDSA,Ed25519,"
  })
  void signedTokensSayWhoTheyAreOf(String method, String family, String size) throws Exception {
    KeyPair pair = pair(family, size);
    Path signing = pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    Path verifying = pem("PUBLIC KEY", pair.getPublic().getEncoded());
    JwtTokens both = open(method, verifying, signing);
    JwtTokens verifyOnly = open(method, verifying, null);
    String token = both.issue("u", STATE).orElseThrow();
    assertThat(both.identify(token, state(9, "secret"))).isEqualTo(new Identity("u", 7));
    assertThat(verifyOnly.identify(token, STATE)).isEqualTo(new Identity("u", 7));
    assertThatThrownBy(() -> verifyOnly.issue("u", STATE))
        .hasMessage(EtcdError.TOKEN_VERIFY_ONLY.text());
    invalid(() -> both.identify(token.substring(0, token.length() - 4) + "AAAA", STATE));
    invalid(() -> both.identify("no token", STATE));
    invalid(() -> both.identify(both.issue("", STATE).orElseThrow(), STATE));
    millis.addAndGet(Duration.ofMinutes(11).toMillis());
    invalid(() -> both.identify(token, STATE));
  }

  @Test
  void sharedKeysWorkAndShortOnesAreRefused() throws Exception {
    Path key = Files.write(temp.resolve("hmac"), new byte[64]);
    JwtTokens tokens = open("HS512", null, key);
    String token = tokens.issue("u", STATE).orElseThrow();
    assertThat(tokens.identify(token, STATE)).isEqualTo(new Identity("u", 7));
    invalid(() -> open("HS256", null, key).identify(token, STATE));
    Path weak = Files.write(temp.resolve("short"), new byte[8]);
    assertThatThrownBy(() -> open("HS256", null, weak))
        .hasMessageContaining("has 8 bytes; HS256 needs 32 or more");
  }

  @Test
  void aTokenWithoutASignatureIsNone() throws Exception {
    KeyPair pair = pair("RSA", "2048");
    JwtTokens tokens = open("RS256", pem("PUBLIC KEY", pair.getPublic().getEncoded()), null);
    Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
    String unsigned =
        url.encodeToString("{\"alg\":\"none\"}".getBytes())
            + "."
            + url.encodeToString("{\"username\":\"root\",\"revision\":7}".getBytes())
            + ".";
    invalid(() -> tokens.identify(unsigned, STATE));
    // The public key taken for a shared secret.
    JwtTokens forger =
        open("HS256", null, Files.write(temp.resolve("forged"), pair.getPublic().getEncoded()));
    invalid(() -> tokens.identify(forger.issue("root", STATE).orElseThrow(), STATE));
  }

  @Test
  void keysOfOlderFormsAreRead() throws Exception {
    KeyPair rsa = pair("RSA", "2048");
    // Version (3 bytes), algorithm (15), then the older form in an octet string.
    byte[] older = tail(rsa.getPrivate().getEncoded(), 26);
    JwtTokens tokens = open("RS256", null, pem("RSA PRIVATE KEY", older));
    assertThat(tokens.identify(tokens.issue("u", STATE).orElseThrow(), STATE).user())
        .isEqualTo("u");
  }

  @Test
  void keysThatDoNotBelongTogetherAreFoundAtTheStart() throws Exception {
    Path signing = pem("PRIVATE KEY", pair("RSA", "2048").getPrivate().getEncoded());
    Path verifying = pem("PUBLIC KEY", pair("RSA", "2048").getPublic().getEncoded());
    assertThatThrownBy(() -> open("RS256", verifying, signing))
        .hasMessageContaining("do not belong together");
    assertThatThrownBy(() -> open("ES256", null, signing))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatAuthTokenSaysIsUnderstoodOrRefusedWithARemedy() {
    assertThat(TokenSpec.parse("simple").isJwt()).isFalse();
    TokenSpec jwt = TokenSpec.parse("jwt,pub-key=a,priv-key=b,sign-method=RS256,ttl=1h30m");
    assertThat(jwt).isEqualTo(new TokenSpec(true, "a", "b", "RS256", Duration.ofMinutes(90)));
    for (String wrong :
        new String[] {
          "",
          "complex",
          "simple,x",
          "jwt",
          "jwt,sign-method=RS256",
          "jwt,priv-key=b",
          "jwt,priv-key=b,sign-method=RS256,ttl=0s",
          "jwt,priv-key=b,sign-method=RS256,ttl=5",
          "jwt,priv-key=b,sign-method=RS256,color=red",
          "jwt,priv-key"
        }) {
      assertThatThrownBy(() -> TokenSpec.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("--auth-token is '" + wrong + "'");
    }
  }

  @Test
  void ticketsAreGoodBetweenMembersOnly() {
    Tickets tickets = new Tickets(millis::get);
    String ticket = tickets.issue(new Identity("ü.x", 7), STATE);
    assertThat(tickets.read(ticket, STATE).identify(state(9, "secret")))
        .isEqualTo(new Identity("ü.x", 9));
    invalid(() -> tickets.read(ticket, state(7, "other")));
    invalid(() -> tickets.read(ticket, state(7, "")));
    invalid(() -> tickets.read("x" + ticket, STATE));
    invalid(() -> tickets.read("", STATE));
    invalid(() -> tickets.read("a.b.c", STATE));
    millis.addAndGet(Duration.ofMinutes(11).toMillis());
    invalid(() -> tickets.read(ticket, STATE));
  }

  private JwtTokens open(String method, Path verifying, Path signing) {
    TokenSpec spec =
        new TokenSpec(
            true,
            verifying == null ? null : verifying.toString(),
            signing == null ? null : signing.toString(),
            method,
            Duration.ofMinutes(10));
    return JwtTokens.open(spec, millis::get);
  }

  private static KeyPair pair(String family, String size) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
    if (family.equals("RSA")) {
      generator.initialize(Integer.parseInt(size));
    } else if (family.equals("EC")) {
      generator.initialize(new ECGenParameterSpec(size));
    }
    return generator.generateKeyPair();
  }

  private Path pem(String name, byte[] key) throws Exception {
    String text =
        "-----BEGIN "
            + name
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END "
            + name
            + "-----\n";
    return Files.writeString(Files.createTempFile(temp, "key", ".pem"), text);
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  private void pass(long seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  private static AuthState state(long revision, String ticketKey) {
    return new AuthState(
        true,
        revision,
        new TreeMap<>(ByteString.unsignedLexicographicalComparator()),
        new TreeMap<>(ByteString.unsignedLexicographicalComparator()),
        ByteString.copyFromUtf8(ticketKey),
        null);
  }

  private static void invalid(ThrowingCallable call) {
    assertThatThrownBy(call).hasMessage(EtcdError.INVALID_AUTH_TOKEN.text());
  }
}
