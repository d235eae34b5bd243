package clients;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Says how each test ended, a line each. */
final class Check {
  private static final long PATIENCE_SECONDS = 30;
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n";
  static boolean failed = false;

  private Check() {}

  interface Test {
    void run() throws Exception;
  }

  static void that(String what, Test test) {
    var executor = Executors.newSingleThreadExecutor();
    try {
      executor
          .submit(
              () -> {
                test.run();
                return null;
              })
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      System.out.println("ok " + what);
    } catch (Exception error) {
      failed = true;
      var cause = error.getCause() == null ? error : error.getCause();
      System.out.println("not ok " + what + ": " + String.valueOf(cause).replace('\n', ' '));
    } finally {
      executor.shutdownNow();
    }
  }

  static void equal(Object actual, Object expected) {
    if (!expected.equals(actual)) throw new AssertionError("is " + actual + ", not " + expected);
  }

  static String text(InputStream stream) throws Exception {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  static byte[] request() {
    return REQUEST.getBytes(StandardCharsets.US_ASCII);
  }

  static void welcomes(String answer) {
    if (!answer.contains("Welcome to nginx!")) throw new AssertionError("is answered " + answer);
  }
}
