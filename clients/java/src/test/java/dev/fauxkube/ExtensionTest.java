package dev.fauxkube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

class ExtensionTest {
  private static final List<String> servers = new ArrayList<>();

  private static void leave(FauxkubeCluster cluster) {
    cluster.apply("{apiVersion: v1, kind: Namespace, metadata: {name: left}}");
  }

  private static boolean isLeft(FauxkubeCluster cluster) {
    for (JsonNode item : cluster.admin("GET", "/api/v1/namespaces").path("items"))
      if (item.at("/metadata/name").asText().equals("left")) return true;
    return false;
  }

  private static EngineExecutionResults run(Class<?>... classes) {
    servers.clear();
    EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter");
    for (Class<?> each : classes) kit.selectors(selectClass(each));
    return kit.execute();
  }

  @Fauxkube(args = {"--nodes=0"})
  static class Leaves {
    @BeforeAll
    static void begin(FauxkubeCluster cluster) {
      servers.add(cluster.url());
    }

    @BeforeEach
    void isNew(FauxkubeCluster cluster) {
      if (isLeft(cluster)) fail("it is not as new");
    }

    @Test
    void leavesAnObject(FauxkubeCluster cluster) {
      leave(cluster);
    }

    @Test
    void fails(FauxkubeCluster cluster) {
      leave(cluster);
      servers.add(cluster.kubeconfig());
      fail("so that the server has to end all the same");
    }

    @Nested
    class Inside {
      @Test
      void usesTheSameServer(FauxkubeCluster cluster) {
        assertEquals(servers.get(0), cluster.url());
      }
    }
  }

  @Test
  void everyTestFindsTheServerOfItsClassAsNew() {
    run(Leaves.class).testEvents().assertStatistics(counts -> counts.succeeded(2).failed(1));
    String kubeconfig = servers.stream().filter(text -> text.contains("kind: Config")).findFirst().orElseThrow();
    try {
      FauxkubeCluster.connect(kubeconfig).admin("GET", "/version");
      fail("it goes on after the test that failed");
    } catch (java.io.UncheckedIOException expected) {
      assertNotEquals("", expected.getMessage());
    }
  }

  @Fauxkube(args = {"--nodes=0"}, lives = Fauxkube.Lives.RUN, fresh = Fauxkube.Fresh.NONE)
  static class First {
    @Test
    void leavesAnObject(FauxkubeCluster cluster) {
      servers.add(cluster.url());
      if (servers.size() == 1) leave(cluster);
      assertTrue(isLeft(cluster));
    }
  }

  static class Second extends First {}

  @Test
  void classesMayShareAServer() {
    run(First.class, Second.class).testEvents().assertStatistics(counts -> counts.succeeded(2));
    assertEquals(servers.get(0), servers.get(1));
  }

  @Fauxkube(args = {"--nodes=0"}, fresh = Fauxkube.Fresh.FORK)
  static class Forks {
    @RepeatedTest(2)
    void isAsNew(FauxkubeCluster cluster) {
      servers.add(cluster.name());
      if (isLeft(cluster)) fail("it is not as new");
      leave(cluster);
    }
  }

  @Test
  void everyTestMayHaveAForkOfItsOwn() {
    run(Forks.class).testEvents().assertStatistics(counts -> counts.succeeded(2));
    assertNotEquals(servers.get(0), servers.get(1));
  }
}
