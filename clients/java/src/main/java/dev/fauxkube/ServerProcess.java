package dev.fauxkube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server of ours: its standard input is all that keeps it, and whoever it started. */
final class ServerProcess {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final int STOP_SECONDS = 10;

  private final List<String> words;
  private final Path folder;
  private final Process process;

  private ServerProcess(List<String> words, Path folder, Process process) {
    this.words = words;
    this.folder = folder;
    this.process = process;
  }

  static FauxkubeCluster start(FauxkubeOptions options) {
    List<String> words = Command.find(options.command(), System.getenv(), Path.of(""));
    Path folder;
    try {
      folder = Folders.make();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("start", "--port=0", "--proxy-port=0", "--stop-with-stdin"));
    all.add("--kubeconfig=" + folder.resolve("kubeconfig"));
    all.addAll(options.args());
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
      process = builder.redirectOutput(folder.resolve("log").toFile()).start();
    } catch (IOException error) {
      Folders.delete(folder);
      throw new FauxkubeStartException(words.get(0) + " cannot be run: " + error.getMessage(), error);
    }
    ServerProcess server = new ServerProcess(words, folder, process);
    try {
      return server.ready(options.timeout());
    } catch (RuntimeException | Error error) {
      server.stop();
      throw error;
    }
  }

  private FauxkubeCluster ready(Duration timeout) {
    long giveUp = System.nanoTime() + timeout.toNanos();
    for (; ; ) {
      FauxkubeCluster cluster = ask();
      if (cluster != null) return cluster;
      if (!process.isAlive()) throw failure("ended with " + process.exitValue());
      if (System.nanoTime() > giveUp) throw failure("was not ready after " + timeout.toMillis() + " ms");
      try {
        Thread.sleep(POLL.toMillis());
      } catch (InterruptedException error) {
        Thread.currentThread().interrupt();
        throw new FauxkubeStartException("interrupted during the start", error);
      }
    }
  }

  /** Null as long as the kubeconfig is not there or half written, or its server does not say that it is ready. */
  private FauxkubeCluster ask() {
    Path kubeconfig = folder.resolve("kubeconfig");
    try {
      FauxkubeCluster cluster =
          FauxkubeCluster.of(Files.readString(kubeconfig), kubeconfig, this::stop);
      cluster.text("/readyz");
      return cluster;
    } catch (IOException | UncheckedIOException | IllegalArgumentException | FauxkubeException error) {
      return null;
    }
  }

  private FauxkubeStartException failure(String what) {
    String said;
    try {
      said = new String(Files.readAllBytes(folder.resolve("log")), StandardCharsets.UTF_8).strip();
    } catch (IOException error) {
      said = error.getMessage();
    }
    return new FauxkubeStartException(String.join(" ", words) + " start " + what + ": " + said, null);
  }

  private void stop() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    } catch (IOException error) {
      process.destroyForcibly();
    } catch (InterruptedException error) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Folders.delete(folder);
  }
}
