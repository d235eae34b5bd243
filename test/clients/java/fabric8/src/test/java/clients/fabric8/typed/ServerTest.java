package clients.fabric8.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ServerTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();
  private static final String MANIFEST =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: loaded}
      data: {a: "1"}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: loaded}
      spec:
        selector: {app: loaded}
        ports: [{port: 80}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: loaded, labels: {app: loaded}}
      spec:
        containers: [{name: web, image: nginx}]
      """;

  @AfterAll
  static void close() {
    client.close();
  }

  @Test
  @DisplayName("version and discovery tell what the server is and what it serves")
  void discovery() {
    assertEquals("1", client.getKubernetesVersion().getMajor());
    assertTrue(Integer.parseInt(client.getKubernetesVersion().getMinor().replaceAll("\\D", "")) >= 30);
    assertTrue(client.supports(Deployment.class));
    assertFalse(client.supports("example.com/v1", "Nothing"));
    assertTrue(client.hasApiGroup("apps", true));
    assertFalse(client.hasApiGroup("example.org", false));
    var deployments =
        client.getApiResources("apps/v1").getResources().stream()
            .filter(it -> it.getName().equals("deployments")).findFirst().orElseThrow();
    assertEquals("deploy", deployments.getShortNames().get(0));
    assertTrue(deployments.getVerbs().containsAll(List.of("create", "delete", "deletecollection", "watch")));
    var names = client.getApiResources("v1").getResources().stream().map(APIResource::getName).toList();
    assertTrue(names.containsAll(List.of("pods", "pods/log", "pods/eviction", "serviceaccounts/token")));
  }

  @Test
  @DisplayName("a table of an object has its columns, and raw paths are answered")
  void table() {
    var table = client.serviceAccounts().withName("default").getAsTable();
    assertEquals("Name", table.getColumnDefinitions().get(0).getName());
    assertEquals("default", table.getRows().get(0).getCells().get(0));
    assertTrue(client.raw("/openapi/v3").contains("apis/apps/v1"));
    assertEquals("ok", client.raw("/readyz"));
  }

  @Test
  @DisplayName("a manifest of several objects is applied twice and deleted")
  void manifest() {
    var stream = new ByteArrayInputStream(MANIFEST.getBytes(StandardCharsets.UTF_8));
    var list = client.load(stream);
    var made = list.serverSideApply();
    assertEquals(List.of("ConfigMap", "Service", "Pod"), made.stream().map(HasMetadata::getKind).toList());
    assertEquals(made.get(0), client.load(new ByteArrayInputStream(MANIFEST.getBytes(StandardCharsets.UTF_8)))
        .serverSideApply().get(0));
    assertEquals("1", ((ConfigMap) made.get(0)).getData().get("a"));
    assertFalse(((Service) made.get(1)).getSpec().getClusterIP().isEmpty());
    client.pods().withName("loaded").waitUntilReady(30, TimeUnit.SECONDS);
    assertEquals(3, list.withTimeout(30, TimeUnit.SECONDS).delete().size());
    assertEquals(List.of(), list.get().stream().filter(it -> it != null).toList());
  }
}
