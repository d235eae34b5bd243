package clients.clientjava.api;

import static clients.clientjava.Cluster.NAMESPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.clientjava.Cluster;
import com.google.gson.JsonObject;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.util.Yaml;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import io.kubernetes.client.util.generic.options.ListOptions;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GenericTest {
  private static final ApiClient client = Cluster.client();

  private static DynamicKubernetesObject thing(String name) {
    var thing = new DynamicKubernetesObject();
    thing.setApiVersion("clientjava.example.com/v1");
    thing.setKind("Thing");
    thing.setMetadata(new V1ObjectMeta().name(name).namespace(NAMESPACE));
    thing.getRaw().add("spec", new JsonObject());
    return thing;
  }

  private static String text(DynamicKubernetesObject it, String part, String field) {
    return it.getRaw().getAsJsonObject(part).get(field).getAsString();
  }

  @Test
  @DisplayName("a custom resource without a class has its defaults, its status and its watch")
  void dynamic() throws Exception {
    var things = new DynamicKubernetesApi("clientjava.example.com", "v1", "things", client);
    var made = things.create(thing("made")).throwsApiException().getObject();
    assertEquals("red", text(made, "spec", "color"));
    var options = new ListOptions();
    options.setResourceVersion(made.getMetadata().getResourceVersion());
    try (var watch = things.watch(NAMESPACE, options)) {
      var told = things.updateStatus(made, it -> {
        var status = new JsonObject();
        status.addProperty("phase", "Running");
        return status;
      }).throwsApiException().getObject();
      assertEquals("Running", text(told, "status", "phase"));
      assertEquals(made.getMetadata().getGeneration(), told.getMetadata().getGeneration());
      var patch = new V1Patch("{\"spec\":{\"color\":\"blue\"},\"status\":null}");
      var patched =
          things.patch(NAMESPACE, "made", V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, patch).throwsApiException();
      assertEquals("blue", text(patched.getObject(), "spec", "color"));
      assertEquals("Running", text(patched.getObject(), "status", "phase"));
      assertEquals(2L, patched.getObject().getMetadata().getGeneration());
      things.delete(NAMESPACE, "made").throwsApiException();
      for (var type : new String[] {"MODIFIED", "MODIFIED", "DELETED"}) assertEquals(type, watch.next().type);
    }
    var missing = things.get(NAMESPACE, "made");
    assertEquals(404, missing.getHttpStatusCode());
    assertEquals("NotFound", missing.getStatus().getReason());
    assertEquals("things.clientjava.example.com \"made\" not found", missing.getStatus().getMessage());
  }

  @Test
  @DisplayName("a job through the generic client is refused a change of its template, and goes with its pods")
  void typed() throws Exception {
    var jobs = new GenericKubernetesApi<>(V1Job.class, V1JobList.class, "batch", "v1", "jobs", client);
    var manifest =
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: work, namespace: %s}
        spec:
          suspend: true
          template:
            spec:
              restartPolicy: Never
              containers: [{name: main, image: busybox, command: [sh, -c, exit 0]}]
        """.formatted(NAMESPACE);
    var made = jobs.create(Yaml.loadAs(manifest, V1Job.class)).throwsApiException().getObject();
    assertTrue(made.getSpec().getSuspend());
    var template = "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/restartPolicy\",\"value\":\"OnFailure\"}]";
    var changed = jobs.patch(NAMESPACE, "work", V1Patch.PATCH_FORMAT_JSON_PATCH, new V1Patch(template));
    assertEquals(422, changed.getHttpStatusCode());
    assertTrue(changed.getStatus().getMessage().contains("field is immutable"), changed.getStatus().getMessage());
    var resume = new V1Patch("{\"spec\":{\"suspend\":false}}");
    var resumed = jobs.patch(NAMESPACE, "work", V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, resume);
    assertEquals(false, resumed.throwsApiException().getObject().getSpec().getSuspend());
    jobs.delete(NAMESPACE, "work").throwsApiException();
    assertEquals(404, jobs.get(NAMESPACE, "work").getHttpStatusCode());
  }

  @Test
  @DisplayName("manifests are read into their classes, created, and written again")
  void yaml() throws Exception {
    var manifest =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: %1$s}
        spec:
          ports: [{port: 80, targetPort: web}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: %1$s}
        spec:
          replicas: 0
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: nginx, resources: {requests: {memory: 64Mi}}}]
        """.formatted(NAMESPACE);
    var objects = Yaml.loadAll(manifest);
    var service = (V1Service) Yaml.createResource(client, Yaml.dump(objects.get(0)));
    assertEquals("web", service.getSpec().getPorts().get(0).getTargetPort().getStrValue());
    assertTrue(Objects.requireNonNull(service.getSpec().getClusterIP()).matches("[0-9.]+|[0-9a-f:]+"));
    var deployment = (V1Deployment) Yaml.createResource(client, Yaml.dump(objects.get(1)));
    var container = deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
    assertEquals("67108864", container.getResources().getRequests().get("memory").getNumber().toPlainString());
    assertEquals("Always", container.getImagePullPolicy());
    assertNull(deployment.getMetadata().getDeletionTimestamp());
    new DynamicKubernetesApi("apps", "v1", "deployments", client).delete(NAMESPACE, "web").throwsApiException();
    new DynamicKubernetesApi("", "v1", "services", client).delete(NAMESPACE, "web").throwsApiException();
  }
}
