package dev.fauxkube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** An answer that is no success. */
public class FauxkubeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String body;

  FauxkubeException(String method, String path, int status, String body) {
    super(messageOf(method, path, status, body));
    this.status = status;
    this.body = body;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** What came with it. */
  public String body() {
    return body;
  }

  /** Whether this version of fauxkube has no such path: a newer one may. */
  public boolean isNotServed() {
    return isNotServed(status, body);
  }

  private static boolean isNotServed(int status, String body) {
    return status == 404 && body.contains("could not find the requested resource");
  }

  private static String messageOf(String method, String path, int status, String body) {
    if (isNotServed(status, body))
      return "this fauxkube does not serve " + method + " " + path + ": take a newer one";
    String said = body.strip();
    try {
      said = new ObjectMapper().readTree(body).path("message").asText(said);
    } catch (JsonProcessingException error) {
      // A text says enough.
    }
    return method + " " + path + ": " + status + " " + said;
  }
}
