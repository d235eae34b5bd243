package dev.fauxkube;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** As far as it goes without an engine. */
class ContainerTest {
  @Test
  void containerServesItsPort() {
    try (FauxkubeContainer container = new FauxkubeContainer("fauxkube:0.1.0")) {
      assertEquals(List.of(6443), container.getExposedPorts());
    }
  }

  @Test
  void certificateIsGoodForTheHostOfTheEngine() {
    String[] command = FauxkubeContainer.command("engine.example", "--nodes=3");
    assertArrayEquals(new String[] {"start", "--tls-san=engine.example", "--nodes=3"}, command);
  }

  @Test
  void kubeconfigLeadsToThePortOfTheEngine() {
    String inner = "    server: https://127.0.0.1:6443\n    name: a\n";
    assertEquals(
        "    server: https://localhost:32768\n    name: a\n",
        FauxkubeContainer.outerKubeconfig(inner, "localhost", 32768));
    assertEquals(
        "    server: https://[::1]:1\n    name: a\n", FauxkubeContainer.outerKubeconfig(inner, "::1", 1));
  }
}
