package dev.fauxkube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTest {
  @TempDir Path folder;

  private static boolean isServed(String kubeconfig) {
    try {
      FauxkubeCluster.connect(kubeconfig).admin("GET", "/version");
      return true;
    } catch (UncheckedIOException error) {
      return false;
    }
  }

  @Test
  void closeEndsTheServerAndRemovesItsFiles() {
    FauxkubeCluster cluster = FauxkubeCluster.start("--nodes=0");
    Path path = cluster.kubeconfigPath();
    assertTrue(isServed(cluster.kubeconfig()));
    cluster.close();
    cluster.close();
    assertFalse(isServed(cluster.kubeconfig()));
    assertFalse(Files.exists(path.getParent()));
  }

  /** A program that starts a cluster and is then killed by itself. */
  static final class Dying {
    public static void main(String[] args) {
      System.out.println(FauxkubeCluster.start("--nodes=0").kubeconfigPath());
      Runtime.getRuntime().halt(3);
    }
  }

  /** A program that closes nothing. */
  static final class Forgetful {
    public static void main(String[] args) {
      FauxkubeCluster cluster = FauxkubeCluster.start("--nodes=0");
      System.out.println(cluster.kubeconfigPath());
      System.out.println(cluster.fork("empty").kubeconfigPath());
    }
  }

  @Test
  void filesGoWithAProcessThatClosesNothing() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    Process program = new ProcessBuilder(java, "-cp", classes, Forgetful.class.getName()).start();
    List<String> paths = new String(program.getInputStream().readAllBytes()).lines().toList();
    assertEquals(0, program.waitFor());
    assertEquals(2, paths.size());
    for (String path : paths) assertFalse(Files.exists(Path.of(path).getParent()), path);
  }

  @Test
  void serverEndsWithAProcessThatCannotSaySo() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    Process program = new ProcessBuilder(java, "-cp", classes, Dying.class.getName()).start();
    Path path = Path.of(new String(program.getInputStream().readAllBytes()).strip());
    assertEquals(3, program.waitFor());
    String kubeconfig = Files.readString(path);
    long giveUp = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (isServed(kubeconfig) && System.nanoTime() < giveUp) Thread.sleep(20);
    assertFalse(isServed(kubeconfig));
    Folders.delete(path.getParent());
  }

  private static String failure(FauxkubeOptions options) {
    return assertThrows(FauxkubeStartException.class, () -> FauxkubeCluster.start(options)).getMessage();
  }

  @Test
  void whatAStartSaysIsTold() {
    String said = failure(FauxkubeOptions.DEFAULT.withArgs("--nodes=many"));
    assertTrue(said.contains("start ended with 2: ") && said.contains("whole number"), said);
  }

  @Test
  void serverThatIsNotReadyInTimeIsEnded() {
    FauxkubeOptions never =
        FauxkubeOptions.DEFAULT.withCommand("node", "-e", "process.stdin.resume()").withTimeout(Duration.ofMillis(500));
    assertTrue(failure(never).contains("was not ready after 500 ms"));
  }

  @Test
  void programThatIsNotThereIsNamed() {
    String said = failure(FauxkubeOptions.DEFAULT.withCommand("no-such-program"));
    assertTrue(said.contains("no-such-program cannot be run"));
  }

  @Test
  void commandIsGivenOrOfTheEnvironmentOrFound() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("with blank"));
    String script = Files.createFile(inner.resolve("cli.js")).toString();
    Map<String, String> path = Map.of("PATH", folder.toString());
    assertEquals(List.of("a", "b c"), Command.find(List.of("a", "b c"), path, inner));
    assertEquals(List.of("node", script), Command.find(List.of(), Map.of(Command.VARIABLE, script), inner));
    assertEquals(
        List.of("npx", "fauxkube"), Command.find(List.of(), Map.of(Command.VARIABLE, "npx  fauxkube"), inner));
    assertThrows(FauxkubeStartException.class, () -> Command.find(List.of(), path, inner));
    String found = program(folder.resolve("fauxkube"));
    assertEquals(List.of(found), Command.find(List.of(), path, inner));
    Files.createDirectories(folder.resolve("node_modules/.bin"));
    String nearer = program(folder.resolve("node_modules/.bin/fauxkube"));
    assertEquals(List.of(nearer), Command.find(List.of(), path, inner));
  }

  private static String program(Path path) throws IOException {
    Files.createFile(path).toFile().setExecutable(true);
    return path.toString();
  }
}
