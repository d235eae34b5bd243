package dev.fauxkube;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** What a kubeconfig of fauxkube gives its client. */
record Credentials(String server, String authority, String certificate, String key, String token) {
  private static final char[] NO_PASSWORD = {};

  /** An EC key on P-256, as PKCS #8 names it. */
  private static final String P256 = "301306072a8648ce3d020106082a8648ce3d030107";

  /**
   * Reads what fauxkube writes: one cluster and one user, each field on a line of its own.
   *
   * @throws IllegalArgumentException when there is no server in it, or no authority
   */
  static Credentials read(String kubeconfig) {
    String server = field(kubeconfig, "server");
    String authority = decoded(kubeconfig, "certificate-authority-data");
    if (server == null || authority == null)
      throw new IllegalArgumentException(
          "the kubeconfig has no server or no certificate-authority-data: fauxkube did not write it");
    return new Credentials(
        server.replaceAll("/+$", ""),
        authority,
        decoded(kubeconfig, "client-certificate-data"),
        decoded(kubeconfig, "client-key-data"),
        field(kubeconfig, "token"));
  }

  private static String field(String kubeconfig, String name) {
    Matcher found = Pattern.compile("(?m)^[ -]*" + name + ": *[\"']?([^\"'\\s]+)").matcher(kubeconfig);
    return found.find() ? found.group(1) : null;
  }

  private static String decoded(String kubeconfig, String name) {
    String text = field(kubeconfig, name);
    return text == null ? null : new String(Base64.getDecoder().decode(text), StandardCharsets.US_ASCII);
  }

  /** Trusts nobody but this cluster, and shows the certificate of its administrator. */
  SSLContext sslContext() {
    try {
      KeyStore trusted = empty();
      trusted.setCertificateEntry("fauxkube", certificateOf(authority));
      TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyStore own = empty();
      if (certificate != null && key != null)
        own.setKeyEntry("admin", keyOf(key), NO_PASSWORD, new Certificate[] {certificateOf(certificate)});
      KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException error) {
      throw new IllegalArgumentException("the certificates of the kubeconfig cannot be used", error);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static Certificate certificateOf(String pem) throws GeneralSecurityException {
    byte[] text = pem.getBytes(StandardCharsets.US_ASCII);
    return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(text));
  }

  /** Java reads PKCS #8 only; what fauxkube writes has no algorithm around it. */
  private static PrivateKey keyOf(String pem) throws GeneralSecurityException {
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
    if (!pem.contains("BEGIN PRIVATE KEY"))
      der = tagged(0x30, joined(new byte[] {2, 1, 0}, HexFormat.of().parseHex(P256), tagged(0x04, der)));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  /** A DER value with its tag and length. */
  private static byte[] tagged(int tag, byte[] content) {
    byte[] length = {(byte) content.length};
    if (content.length >= 0x80) {
      byte[] digits = BigInteger.valueOf(content.length).toByteArray();
      int zeros = digits[0] == 0 ? 1 : 0;
      length = joined(new byte[] {(byte) (0x80 + digits.length - zeros)},
          java.util.Arrays.copyOfRange(digits, zeros, digits.length));
    }
    return joined(new byte[] {(byte) tag}, length, content);
  }

  private static byte[] joined(byte[]... parts) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) all.writeBytes(part);
    return all.toByteArray();
  }
}
