package dev.fauxkube;

/** A server ended, or was not ready in time. What it printed stands in the message. */
public class FauxkubeStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FauxkubeStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
