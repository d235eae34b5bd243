package dev.fauxkube;

import java.time.Duration;
import java.util.List;

/**
 * How a cluster is started.
 *
 * @param args flags of {@code fauxkube start}, such as {@code --nodes=3}
 * @param command the program and its first arguments; see the variable {@code FAUXKUBE_COMMAND}
 * @param timeout how long a start may take
 */
public record FauxkubeOptions(List<String> args, List<String> command, Duration timeout) {
  /** No flags, the program that is found, and a minute. */
  public static final FauxkubeOptions DEFAULT =
      new FauxkubeOptions(List.of(), List.of(), Duration.ofMinutes(1));

  /** The same with other flags. */
  public FauxkubeOptions withArgs(String... others) {
    return new FauxkubeOptions(List.of(others), command, timeout);
  }

  /** The same with another program. */
  public FauxkubeOptions withCommand(String... others) {
    return new FauxkubeOptions(args, List.of(others), timeout);
  }

  /** The same with another limit. */
  public FauxkubeOptions withTimeout(Duration other) {
    return new FauxkubeOptions(args, command, other);
  }
}
