package dev.fauxkube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Fauxkube
class ClusterTest {
  private static final String NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: apart}}";

  @Test
  void kubeconfigIsAFileForNobodyElse(FauxkubeCluster cluster) throws IOException {
    Path path = cluster.kubeconfigPath();
    assertEquals(cluster.kubeconfig(), Files.readString(path));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @Test
  void applyTakesDocumentsInAnyOrder(FauxkubeCluster cluster) {
    String map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: apart}, data: {color: red}}";
    cluster.apply(map + "\n---\n" + NAMESPACE);
    JsonNode stored = cluster.admin("GET", "/api/v1/namespaces/apart/configmaps/a");
    assertEquals("red", stored.at("/data/color").asText());
  }

  @Test
  void applySaysWhatIsWrong(FauxkubeCluster cluster) {
    String manifest = "{apiVersion: v1, kind: Nothing, metadata: {name: a}}";
    FauxkubeException error = assertThrows(FauxkubeException.class, () -> cluster.apply(manifest));
    assertEquals(400, error.status());
    assertTrue(error.getMessage().contains("no matches for kind \"Nothing\""), error.getMessage());
  }

  @Test
  void controllersAreSwitchedUntilTheReset(FauxkubeCluster cluster) {
    cluster.setController("deployment", false);
    assertFalse(isOn(cluster, "deployment-controller"));
    cluster.reset();
    assertTrue(isOn(cluster, "deployment-controller"));
  }

  private static boolean isOn(FauxkubeCluster cluster, String name) {
    for (JsonNode controller : cluster.admin("GET", "/-/controllers").path("controllers"))
      if (controller.path("name").asText().equals(name)) return controller.path("enabled").asBoolean();
    throw new AssertionError("there is no " + name);
  }

  @Test
  void pathThatIsNotServedSaysSo(FauxkubeCluster cluster) {
    FauxkubeException error =
        assertThrows(FauxkubeException.class, () -> cluster.admin("GET", "/-/no-such-thing"));
    assertTrue(error.isNotServed());
    assertEquals("this fauxkube does not serve GET /-/no-such-thing: take a newer one", error.getMessage());
  }

  @Test
  void settleWaitsUntilEverythingIsDone(FauxkubeCluster cluster) {
    cluster.apply(ReadmeTest.DEPLOYMENT);
    cluster.settle(Duration.ofSeconds(10));
    JsonNode web = cluster.admin("GET", "/apis/apps/v1/namespaces/default/deployments/web");
    assertEquals(3, web.at("/status/readyReplicas").asInt());
  }

  @Test
  void clockStandsStillAndMoves(FauxkubeCluster cluster) {
    try (FauxkubeCluster fork = cluster.fork()) {
      assertEquals(false, fork.clock().path("frozen").asBoolean(true));
      Instant before = Instant.parse(fork.clock(Map.of("freeze", true)).path("now").asText());
      Instant after = Instant.parse(fork.clock(Map.of("advance", "1h")).path("now").asText());
      assertEquals(Duration.ofHours(1), Duration.between(before, after));
    }
  }

  @Test
  void faultsLastUntilTheyAreCleared(FauxkubeCluster cluster) {
    String maps = "/api/v1/namespaces/default/configmaps";
    cluster.addFault(Map.of("match", Map.of("resource", "configmaps"), "code", 503));
    assertEquals(503, assertThrows(FauxkubeException.class, () -> cluster.admin("GET", maps)).status());
    cluster.clearFaults();
    assertEquals("ConfigMapList", cluster.admin("GET", maps).path("kind").asText());
  }

  @Test
  void requestsAreFoundByVerbResourceAndTestId(FauxkubeCluster cluster) throws Exception {
    HttpClient http =
        HttpClient.newBuilder().sslContext(Credentials.read(cluster.kubeconfig()).sslContext()).build();
    for (String id : List.of("mine", "other")) {
      URI map = URI.create(cluster.url() + "/api/v1/namespaces/default/configmaps/" + id);
      HttpRequest request = HttpRequest.newBuilder(map).header("x-test-id", id).build();
      assertEquals(404, http.send(request, BodyHandlers.discarding()).statusCode());
    }
    JsonNode found =
        cluster.requests(Map.of("verb", "get", "resource", "configmaps", "testId", "mine")).path("items");
    assertEquals(1, found.size(), found.toString());
    assertEquals("get", found.at("/0/verb").asText());
    assertEquals("mine", found.at("/0/objectRef/name").asText());
  }

  @Test
  void forkBeginsAsItIsAndGoesItsOwnWay(FauxkubeCluster cluster) {
    FauxkubeCluster fork = cluster.fork("second", "main");
    fork.apply(NAMESPACE);
    assertEquals("second", fork.name());
    assertEquals("apart", fork.admin("GET", "/api/v1/namespaces/apart").at("/metadata/name").asText());
    try (FauxkubeCluster inner = fork.fork(); FauxkubeCluster fresh = fork.fork("fixtures")) {
      assertEquals("apart", inner.admin("GET", "/api/v1/namespaces/apart").at("/metadata/name").asText());
      assertThrows(FauxkubeException.class, () -> fresh.admin("GET", "/api/v1/namespaces/apart"));
    }
    assertThrows(FauxkubeException.class, () -> cluster.admin("GET", "/api/v1/namespaces/apart"));
    fork.close();
    assertThrows(FauxkubeException.class, () -> fork.admin("GET", "/version"));
  }

  @Test
  void connectControlsAClusterAndLeavesItAlone(FauxkubeCluster cluster) {
    FauxkubeCluster other = FauxkubeCluster.connect(cluster.kubeconfig());
    Path path = other.kubeconfigPath();
    other.close();
    assertFalse(Files.exists(path.getParent()));
    assertEquals("1", cluster.admin("GET", "/version").path("major").asText());
  }

  @Test
  void serverOfAnotherAuthorityIsNotTrusted(FauxkubeCluster cluster) {
    try (FauxkubeCluster other = FauxkubeCluster.start("--nodes=0")) {
      String mixed = cluster.kubeconfig().replace(cluster.url(), other.url());
      FauxkubeCluster stranger = FauxkubeCluster.connect(mixed);
      assertThrows(UncheckedIOException.class, () -> stranger.admin("GET", "/version"));
    }
  }

  @Test
  void textThatFauxkubeDidNotWriteIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> FauxkubeCluster.connect("kind: Config"));
  }
}
