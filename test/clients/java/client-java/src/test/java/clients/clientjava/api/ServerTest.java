package clients.clientjava.api;

import static clients.clientjava.Cluster.NAMESPACE;
import static clients.clientjava.Cluster.statusOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.clientjava.Cluster;
import clients.launcher.AsAdministrator;
import clients.launcher.AsUserOfNamespace;
import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.Discovery;
import io.kubernetes.client.ProtoClient;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.AuthorizationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.openapi.models.AuthenticationV1TokenRequest;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ResourceAttributes;
import io.kubernetes.client.openapi.models.V1SelfSubjectAccessReview;
import io.kubernetes.client.openapi.models.V1SelfSubjectAccessReviewSpec;
import io.kubernetes.client.openapi.models.V1TokenRequestSpec;
import io.kubernetes.client.proto.Meta.ObjectMeta;
import io.kubernetes.client.proto.V1.ConfigMap;
import io.kubernetes.client.proto.V1.ConfigMapList;
import io.kubernetes.client.util.Watch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ServerTest {
  private static final ApiClient client = Cluster.client();
  private static final CoreV1Api core = new CoreV1Api(client);

  @Test
  @DisplayName("version and discovery tell what the server is and what it serves")
  void discovery() throws ApiException {
    assertEquals("1", new VersionApi(client).getCode().execute().getMajor());
    var deployments =
        new Discovery(client).findAll().stream()
            .filter(it -> it.getGroup().equals("apps") && it.getResourcePlural().equals("deployments"))
            .findFirst().orElseThrow();
    assertEquals("Deployment", deployments.getKind());
    assertEquals("v1", deployments.getPreferredVersion());
    assertEquals(List.of("scale", "status"), deployments.getSubResources().stream().sorted().toList());
    var things = new Discovery(client).findAll("clientjava.example.com", List.of("v1"), "v1");
    assertEquals(1, things.size());
  }

  @Test
  @DisplayName("objects travel as protobuf: created, read, listed, merged, refused and deleted")
  void protobuf() throws Exception {
    var proto = new ProtoClient(client);
    var path = "/api/v1/namespaces/" + NAMESPACE + "/configmaps";
    var wanted =
        ConfigMap.newBuilder()
            .setMetadata(ObjectMeta.newBuilder().setName("binary").putLabels("test", "protobuf"))
            .putData("a", "1")
            .build();
    var made = proto.create(wanted, path, "v1", "ConfigMap");
    assertNotNull(made.object, () -> String.valueOf(made.status));
    assertFalse(made.object.getMetadata().getUid().isEmpty());
    var read = proto.<ConfigMap>get(ConfigMap.newBuilder(), path + "/binary");
    assertEquals("1", read.object.getDataOrThrow("a"));
    var list = proto.<ConfigMapList>list(ConfigMapList.newBuilder(), path + "?labelSelector=test%3Dprotobuf");
    assertEquals(1, list.object.getItemsCount());
    var next = read.object.toBuilder().putData("b", "2").build();
    var updated = proto.update(next, path + "/binary", "v1", "ConfigMap");
    assertEquals("2", updated.object.getDataOrThrow("b"));
    var late = proto.update(next, path + "/binary", "v1", "ConfigMap");
    assertEquals("Conflict", late.status.getReason());
    var gone = proto.delete(ConfigMap.newBuilder(), path + "/binary");
    assertEquals("Success", gone.status.getStatus());
    assertEquals("NotFound", proto.get(ConfigMap.newBuilder(), path + "/binary").status.getReason());
  }

  private static boolean may(String verb, String resource, String namespace) throws ApiException {
    var attributes = new V1ResourceAttributes().verb(verb).resource(resource).namespace(namespace);
    var review =
        new V1SelfSubjectAccessReview()
            .spec(new V1SelfSubjectAccessReviewSpec().resourceAttributes(attributes));
    var answer = new AuthorizationV1Api(client).createSelfSubjectAccessReview(review).execute();
    return answer.getStatus().getAllowed();
  }

  @Test
  @DisplayName("a token of a service account says who it is, and until when")
  void token() throws ApiException {
    var request = new AuthenticationV1TokenRequest().spec(new V1TokenRequestSpec().expirationSeconds(600L)
        .audiences(List.of()));
    var answer = core.createNamespacedServiceAccountToken("default", NAMESPACE, request).execute();
    assertEquals(3, answer.getStatus().getToken().split("\\.").length);
    assertEquals(600L, answer.getSpec().getExpirationSeconds());
    assertNotNull(answer.getStatus().getExpirationTimestamp());
  }

  @Test
  @AsAdministrator
  @DisplayName("an administrator makes a namespace, which ends with all that is in it")
  void namespace() throws Exception {
    assertTrue(may("*", "namespaces", null));
    var name = NAMESPACE + "-other";
    core.createNamespace(new V1Namespace().metadata(new V1ObjectMeta().name(name))).execute();
    var version = core.readNamespace(name).execute().getMetadata().getResourceVersion();
    core.deleteNamespace(name).execute();
    var selector = "metadata.name=" + name;
    var call = core.listNamespace().fieldSelector(selector).resourceVersion(version).watch(true).buildCall(null);
    var type = new TypeToken<Watch.Response<V1Namespace>>() {}.getType();
    try (var watch = Watch.<V1Namespace>createWatch(client, call, type)) {
      var phases = new ArrayList<String>();
      for (var event = watch.next(); !event.type.equals("DELETED"); event = watch.next())
        phases.add(event.object.getStatus().getPhase());
      assertTrue(phases.contains("Terminating"), phases.toString());
    }
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("what lies outside of the namespace is forbidden, as an access review says")
  void outside() throws ApiException {
    assertTrue(may("create", "pods", NAMESPACE));
    assertFalse(may("list", "nodes", null));
    var nodes = assertThrows(ApiException.class, () -> core.listNode().execute());
    assertEquals(403, nodes.getCode());
    assertEquals("Forbidden", statusOf(nodes).getReason());
    var all = new AppsV1Api(client).listDeploymentForAllNamespaces();
    assertEquals(403, assertThrows(ApiException.class, all::execute).getCode());
    var elsewhere = core.listNamespacedSecret("kube-system");
    assertEquals(403, assertThrows(ApiException.class, elsewhere::execute).getCode());
  }
}
