package clients.fabric8.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WritesTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.configMaps().withLabel("test", "writes").delete();
    client.close();
  }

  private static ConfigMap configMap(String name, Map<String, String> data) {
    return new ConfigMapBuilder()
        .withNewMetadata().withName(name).addToLabels("test", "writes").endMetadata()
        .withData(data)
        .build();
  }

  @Test
  @DisplayName("generateName makes a name, and a name that is taken is refused with AlreadyExists")
  void create() {
    var wanted = configMap(null, Map.of("a", "1"));
    wanted.getMetadata().setGenerateName("made-");
    var made = client.resource(wanted).create();
    assertTrue(made.getMetadata().getName().matches("made-[a-z0-9]{5}"), made.getMetadata().getName());
    assertNotNull(made.getMetadata().getUid());
    assertEquals(client.getNamespace(), made.getMetadata().getNamespace());

    var again = configMap(made.getMetadata().getName(), Map.of());
    var refused = assertThrows(KubernetesClientException.class, () -> client.resource(again).create());
    assertEquals(409, refused.getCode());
    assertEquals("AlreadyExists", refused.getStatus().getReason());
    assertEquals("configmaps", refused.getStatus().getDetails().getKind());
    assertEquals(made.getMetadata().getName(), refused.getStatus().getDetails().getName());
  }

  @Test
  @DisplayName("edit keeps what others wrote, and an update that comes too late is a Conflict")
  void update() {
    var first = client.resource(configMap("edited", Map.of("a", "1"))).create();
    var edited =
        client.configMaps().withName("edited").edit(it -> new ConfigMapBuilder(it).addToData("b", "2").build());
    assertEquals(Map.of("a", "1", "b", "2"), edited.getData());
    assertNotEquals(first.getMetadata().getResourceVersion(), edited.getMetadata().getResourceVersion());

    var late = new ConfigMapBuilder(first).addToData("c", "3").build();
    var refused = assertThrows(KubernetesClientException.class, () -> client.resource(late).update());
    assertEquals(409, refused.getCode());
    assertEquals("Conflict", refused.getStatus().getReason());
    assertTrue(refused.getStatus().getMessage().contains("the object has been modified; please apply your changes"));
    assertEquals(edited, client.configMaps().withName("edited").get());
  }

  @Test
  @DisplayName("an update that changes nothing keeps the resourceVersion")
  void unchanged() {
    var made = client.resource(configMap("unchanged", Map.of("a", "1"))).create();
    assertEquals(made, client.resource(made).update());
  }

  @Test
  @DisplayName("merge, JSON and strategic merge patches change what each of them names")
  void patch() {
    client.resource(configMap("patched", Map.of("a", "1", "b", "2"))).create();
    var configMap = client.configMaps().withName("patched");
    var merged = configMap.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"a\":null,\"c\":\"3\"}}");
    assertEquals(Map.of("b", "2", "c", "3"), merged.getData());
    var patch = "[{\"op\":\"test\",\"path\":\"/data/b\",\"value\":\"2\"},{\"op\":\"remove\",\"path\":\"/data/b\"}]";
    assertEquals(Map.of("c", "3"), configMap.patch(PatchContext.of(PatchType.JSON), patch).getData());
    var failed =
        assertThrows(
            KubernetesClientException.class, () -> configMap.patch(PatchContext.of(PatchType.JSON), patch));
    assertEquals(422, failed.getCode());

    var service =
        new ServiceBuilder()
            .withNewMetadata().withName("patched").endMetadata()
            .withNewSpec().addNewPort().withName("web").withPort(80).endPort().endSpec()
            .build();
    client.resource(service).create();
    var ports = "{\"spec\":{\"ports\":[{\"name\":\"metrics\",\"port\":9090}]}}";
    var two = client.services().withName("patched").patch(PatchContext.of(PatchType.STRATEGIC_MERGE), ports);
    assertEquals(2, two.getSpec().getPorts().size());
    assertEquals(9090, two.getSpec().getPorts().get(0).getPort());
    assertNotNull(two.getSpec().getClusterIP());
    client.resource(two).delete();
  }

  @Test
  @DisplayName("server-side apply with a conflict tells who owns the field, and force takes it")
  void apply() {
    var one = configMap("applied", Map.of("color", "red", "size", "1"));
    client.resource(one).fieldManager("one").serverSideApply();
    var other = client.resource(configMap("applied", Map.of("color", "blue"))).fieldManager("other");
    var refused = assertThrows(KubernetesClientException.class, other::serverSideApply);
    assertEquals(409, refused.getCode());
    var causes = refused.getStatus().getDetails().getCauses();
    assertEquals(1, causes.size());
    assertEquals("FieldManagerConflict", causes.get(0).getReason());
    assertEquals(".data.color", causes.get(0).getField());
    assertEquals("conflict with \"one\"", causes.get(0).getMessage());

    assertEquals(Map.of("color", "blue", "size", "1"), other.forceConflicts().serverSideApply().getData());
    var less = client.resource(configMap("applied", Map.of())).fieldManager("one").serverSideApply();
    assertEquals(Map.of("color", "blue"), less.getData());
    var managers = less.getMetadata().getManagedFields().stream().map(it -> it.getManager()).sorted().toList();
    assertEquals(java.util.List.of("one", "other"), managers);
  }

  @Test
  @DisplayName("a dry run and what strict validation refuses change nothing")
  void dryRun() {
    var tried = client.resource(configMap("tried", Map.of("a", "1"))).dryRun().create();
    assertNotNull(tried.getMetadata().getUid());
    assertNull(client.configMaps().withName("tried").get());

    var unknown = configMap("tried", Map.of());
    unknown.setAdditionalProperty("unknown", true);
    var strict = client.resource(unknown).fieldValidation(Validation.STRICT);
    var refused = assertThrows(KubernetesClientException.class, strict::create);
    assertEquals(400, refused.getCode());
    assertTrue(refused.getMessage().contains("strict decoding error: unknown field \"unknown\""), refused.getMessage());
    assertNull(client.configMaps().withName("tried").get());
  }
}
