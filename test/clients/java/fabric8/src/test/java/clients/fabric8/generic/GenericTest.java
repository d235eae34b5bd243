package clients.fabric8.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.launcher.AsAdministrator;
import clients.launcher.AsUserOfNamespace;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Resources without a class. */
class GenericTest {
  private static final String VERSION = "fabric8.example.com/v1";
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    gadgets().delete();
    client.close();
  }

  private static MixedOperation<
          GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
      gadgets() {
    return client.genericKubernetesResources(VERSION, "Gadget");
  }

  private static GenericKubernetesResource gadget(String name, Map<String, Object> spec) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(VERSION)
        .withKind("Gadget")
        .withNewMetadata().withName(name).endMetadata()
        .addToAdditionalProperties("spec", spec)
        .build();
  }

  private static KubernetesClientException refused(GenericKubernetesResource gadget) {
    return assertThrows(KubernetesClientException.class, () -> gadgets().resource(gadget).create());
  }

  @Test
  @DisplayName("a resource without a class gets its defaults, and keeps what its schema preserves")
  void create() {
    var wanted = gadget("made", Map.of("color", "red", "settings", Map.of("any", Map.of("thing", 1)), "none", true));
    var made = gadgets().resource(wanted).create();
    assertEquals(Integer.valueOf(1), made.get("spec", "replicas"));
    assertEquals(Integer.valueOf(1), made.get("spec", "settings", "any", "thing"));
    assertNull(made.get("spec", "none"));
    assertEquals(made, gadgets().withName("made").get());
    var edited = gadgets().withName("made").edit(it -> {
      Map<String, Object> spec = it.get("spec");
      spec.put("color", "blue");
      return it;
    });
    assertEquals("blue", edited.get("spec", "color"));
    gadgets().withName("made").delete();
    gadgets().withName("made").waitUntilCondition(Objects::isNull, 20, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("a schema and its rules refuse with the field that is wrong")
  void validation() {
    var color = refused(gadget("bad", Map.of("color", "green")));
    assertEquals(422, color.getCode());
    assertEquals("Invalid", color.getStatus().getReason());
    var cause = color.getStatus().getDetails().getCauses().get(0);
    assertEquals("spec.color", cause.getField());
    assertEquals("FieldValueNotSupported", cause.getReason());
    assertEquals("Unsupported value: \"green\": supported values: \"red\", \"blue\", \"gold\"", cause.getMessage());

    var rule = refused(gadget("bad", Map.of("color", "red", "replicas", 11)));
    assertTrue(rule.getStatus().getMessage().contains("only gold ones may be many"), rule.getMessage());
    var missing = refused(gadget("bad", Map.of()));
    assertEquals("spec.color", missing.getStatus().getDetails().getCauses().get(0).getField());
    assertEquals("FieldValueRequired", missing.getStatus().getDetails().getCauses().get(0).getReason());
    var type = refused(gadget("bad", Map.of("color", "red", "replicas", "many")));
    assertTrue(type.getMessage().contains("spec.replicas: Invalid value: \"string\""), type.getMessage());

    var unknown = gadgets().resource(gadget("bad", Map.of("color", "red", "none", true)));
    var strict =
        assertThrows(KubernetesClientException.class, () -> unknown.fieldValidation(Validation.STRICT).create());
    assertEquals(400, strict.getCode());
    assertTrue(strict.getMessage().contains("unknown field \"spec.none\""), strict.getMessage());
  }

  @Test
  @DisplayName("any kind can be had without a class, and discovery finds the short name of a custom one")
  void discovery() {
    var context =
        new ResourceDefinitionContext.Builder()
            .withVersion("v1").withKind("ServiceAccount").withPlural("serviceaccounts").withNamespaced(true).build();
    var account = client.genericKubernetesResources(context).withName("default").get();
    assertEquals(client.getNamespace(), account.getMetadata().getNamespace());
    var found =
        client.getApiResources(VERSION).getResources().stream()
            .filter(it -> it.getName().equals("gadgets")).findFirst().orElseThrow();
    assertEquals("gd", found.getShortNames().get(0));
    assertTrue(client.supports(Gadget.class));
    gadgets().resource(gadget("shown", Map.of("color", "gold"))).create();
    var table = gadgets().withName("shown").getAsTable();
    assertEquals("Color", table.getColumnDefinitions().get(1).getName());
    assertEquals("gold", table.getRows().get(0).getCells().get(1));
  }

  private static CustomResourceDefinition definition() {
    return new CustomResourceDefinitionBuilder()
        .withNewMetadata().withName("gizmos.fabric8.example.com").endMetadata()
        .withNewSpec()
        .withGroup("fabric8.example.com")
        .withScope("Namespaced")
        .withNewNames().withKind("Gizmo").withPlural("gizmos").withSingular("gizmo").endNames()
        .addNewVersion()
        .withName("v1").withServed(true).withStorage(true)
        .withNewSchema()
        .withNewOpenAPIV3Schema().withType("object").withXKubernetesPreserveUnknownFields(true).endOpenAPIV3Schema()
        .endSchema()
        .endVersion()
        .endSpec()
        .build();
  }

  @Test
  @AsAdministrator
  @DisplayName("a definition is served once it is established, and takes its objects along when it goes")
  void define() {
    client.resource(definition()).create();
    var defined = client.apiextensions().v1().customResourceDefinitions().withName("gizmos.fabric8.example.com");
    defined.waitUntilCondition(
        it -> it.getStatus().getConditions().stream()
            .anyMatch(one -> one.getType().equals("Established") && one.getStatus().equals("True")),
        20, TimeUnit.SECONDS);
    var gizmo =
        new GenericKubernetesResourceBuilder()
            .withApiVersion(VERSION).withKind("Gizmo")
            .withNewMetadata().withName("one").endMetadata()
            .addToAdditionalProperties("any", "thing")
            .build();
    var context =
        new ResourceDefinitionContext.Builder()
            .withGroup("fabric8.example.com").withVersion("v1").withKind("Gizmo").withPlural("gizmos")
            .withNamespaced(true).build();
    var gizmos = client.genericKubernetesResources(context);
    assertEquals("thing", gizmos.resource(gizmo).create().get("any"));
    defined.withTimeout(20, TimeUnit.SECONDS).delete();
    assertNull(defined.get());
    assertEquals(404, assertThrows(KubernetesClientException.class, gizmos::list).getCode());
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("definitions, and custom resources of other namespaces, are forbidden")
  void outside() {
    var create = client.resource(definition());
    assertEquals(403, assertThrows(KubernetesClientException.class, create::create).getCode());
    var elsewhere = client.resources(Gadget.class).inNamespace("default");
    assertEquals(403, assertThrows(KubernetesClientException.class, elsewhere::list).getCode());
    var anywhere = client.resources(Gadget.class).inAnyNamespace();
    assertEquals(403, assertThrows(KubernetesClientException.class, anywhere::list).getCode());
  }
}
