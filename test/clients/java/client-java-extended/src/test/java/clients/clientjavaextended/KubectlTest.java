package clients.clientjavaextended;

import static clients.clientjavaextended.Cluster.NAMESPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.launcher.AsAdministrator;
import clients.launcher.AsUserOfNamespace;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.extended.kubectl.Kubectl;
import io.kubernetes.client.extended.kubectl.exception.KubectlException;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PriorityClass;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.util.Yaml;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KubectlTest {
  private static final ApiClient client = Cluster.client();

  private static V1ConfigMap configMap(String name) {
    var metadata = new V1ObjectMeta().name(name).namespace(NAMESPACE);
    return new V1ConfigMap().apiVersion("v1").kind("ConfigMap").metadata(metadata).data(Map.of("a", "1"));
  }

  private static V1Deployment web(int replicas) {
    var manifest =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: %s}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: nginx}]
        """.formatted(NAMESPACE, replicas);
    return Yaml.loadAs(manifest, V1Deployment.class);
  }

  @Test
  @DisplayName("an object is created, got, labelled, annotated, patched and deleted")
  void objects() throws Exception {
    Kubectl.create(V1ConfigMap.class).apiClient(client).resource(configMap("made")).execute();
    var label =
        Kubectl.label(V1ConfigMap.class).apiClient(client).namespace(NAMESPACE).name("made").addLabel("tier", "web");
    assertEquals("web", label.execute().getMetadata().getLabels().get("tier"));
    var annotate =
        Kubectl.annotate(V1ConfigMap.class).apiClient(client).namespace(NAMESPACE).name("made")
            .addAnnotation("note", "here");
    assertEquals("here", annotate.execute().getMetadata().getAnnotations().get("note"));
    var patch =
        Kubectl.patch(V1ConfigMap.class).apiClient(client).namespace(NAMESPACE).name("made")
            .patchType(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH).patchContent(new V1Patch("{\"data\":{\"b\":\"2\"}}"));
    assertEquals(Map.of("a", "1", "b", "2"), patch.execute().getData());
    var list = Kubectl.get(V1ConfigMap.class).apiClient(client).namespace(NAMESPACE).execute();
    assertTrue(list.stream().anyMatch(it -> it.getMetadata().getName().equals("made")));
    Kubectl.delete(V1ConfigMap.class).apiClient(client).namespace(NAMESPACE).name("made").execute();
    var missing = Kubectl.get(V1ConfigMap.class).apiClient(client).namespace(NAMESPACE).name("made");
    var refused = assertThrows(KubectlException.class, missing::execute);
    assertEquals(404, assertInstanceOf(ApiException.class, refused.getCause()).getCode());
  }

  @Test
  @DisplayName("a deployment is applied, scaled and has a history; a command runs in its pod")
  void deployment() throws Exception {
    var applied = Kubectl.apply(V1Deployment.class).apiClient(client).resource(web(1)).execute();
    assertEquals(1, applied.getSpec().getReplicas());
    var scaled =
        Kubectl.scale(V1Deployment.class).apiClient(client).namespace(NAMESPACE).name("web").replicas(2).execute();
    assertEquals(2, scaled.getSpec().getReplicas());
    var again = Kubectl.apply(V1Deployment.class).apiClient(client).fieldManager("other").resource(web(3));
    var conflict = assertThrows(KubectlException.class, again::execute);
    assertEquals(409, assertInstanceOf(ApiException.class, conflict.getCause()).getCode());
    var get = Kubectl.get(V1Deployment.class).apiClient(client).namespace(NAMESPACE).name("web");
    await().atMost(40, SECONDS).until(
        () -> Integer.valueOf(2).equals(get.execute().getStatus().getReadyReplicas()));
    var history =
        Kubectl.rollout(V1Deployment.class).history().apiClient(client).namespace(NAMESPACE).name("web").execute();
    assertEquals(1, history.size());
    assertEquals(1, history.get(0).getRevision());
    var pod = Kubectl.get(V1Pod.class).apiClient(client).namespace(NAMESPACE).execute().get(0).getMetadata().getName();
    var code =
        Kubectl.exec().apiClient(client).namespace(NAMESPACE).name(pod).container("web")
            .command(new String[] {"sh", "-c", "exit 5"}).execute();
    assertEquals(5, code);
    try (var log = Kubectl.log().apiClient(client).namespace(NAMESPACE).name(pod).container("web").execute()) {
      var first = new byte[1];
      assertEquals(1, log.read(first));
      assertFalse(new String(first, UTF_8).isEmpty());
    }
    Kubectl.delete(V1Deployment.class).apiClient(client).namespace(NAMESPACE).name("web").execute();
  }

  @Test
  @DisplayName("version and API resources are told")
  void server() throws Exception {
    assertEquals("1", Kubectl.version().apiClient(client).execute().getMajor());
    var resources = Kubectl.apiResources().apiClient(client).execute();
    assertTrue(resources.stream().anyMatch(it -> it.getKind().equals("Deployment")));
    assertTrue(resources.stream().anyMatch(it -> it.getResourcePlural().equals("pods")));
  }

  @Test
  @AsAdministrator
  @DisplayName("objects without a namespace are created, labelled and deleted")
  void clusterScoped() throws Exception {
    var name = NAMESPACE + "-urgent";
    var wanted =
        new V1PriorityClass()
            .apiVersion("scheduling.k8s.io/v1").kind("PriorityClass")
            .metadata(new V1ObjectMeta().name(name)).value(1000);
    Kubectl.create(V1PriorityClass.class).apiClient(client).resource(wanted).execute();
    var label = Kubectl.label(V1PriorityClass.class).apiClient(client).name(name).addLabel("tier", "web");
    assertEquals("web", label.execute().getMetadata().getLabels().get("tier"));
    var list = Kubectl.get(V1PriorityClass.class).apiClient(client).execute();
    assertTrue(list.stream().anyMatch(it -> it.getMetadata().getName().equals("system-node-critical")));
    Kubectl.delete(V1PriorityClass.class).apiClient(client).name(name).execute();
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("what lies outside of the namespace is forbidden")
  void outside() {
    for (var get :
        new Kubectl.Executable<?>[] {
          Kubectl.get(V1Node.class).apiClient(client),
          Kubectl.get(V1Secret.class).apiClient(client).namespace("kube-system"),
        }) {
      var refused = assertThrows(KubectlException.class, get::execute);
      assertEquals(403, assertInstanceOf(ApiException.class, refused.getCause()).getCode());
    }
  }
}
