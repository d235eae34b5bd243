package clients.clientjava.api;

import static clients.clientjava.Cluster.NAMESPACE;
import static clients.clientjava.Cluster.statusOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.clientjava.Cluster;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1DeleteOptions;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Preconditions;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.ServerSideApply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WritesTest {
  private static final ApiClient client = Cluster.client();
  private static final CoreV1Api core = new CoreV1Api(client);

  @AfterAll
  static void tidy() throws ApiException {
    core.deleteCollectionNamespacedConfigMap(NAMESPACE).labelSelector("test=writes").execute();
  }

  private static V1ConfigMap configMap(String name, Map<String, String> data) {
    var metadata = new V1ObjectMeta().name(name).namespace(NAMESPACE).putLabelsItem("test", "writes");
    return new V1ConfigMap().apiVersion("v1").kind("ConfigMap").metadata(metadata).data(data);
  }

  @Test
  @DisplayName("a replacement with an old resourceVersion is a Conflict, a taken name AlreadyExists")
  void replace() throws ApiException {
    var first = core.createNamespacedConfigMap(NAMESPACE, configMap("replaced", Map.of("a", "1"))).execute();
    var taken =
        assertThrows(
            ApiException.class, () -> core.createNamespacedConfigMap(NAMESPACE, configMap("replaced", null)).execute());
    assertEquals(409, taken.getCode());
    assertEquals("AlreadyExists", statusOf(taken).getReason());
    var second = core.readNamespacedConfigMap("replaced", NAMESPACE).execute().putDataItem("a", "2");
    assertEquals("2", core.replaceNamespacedConfigMap("replaced", NAMESPACE, second).execute().getData().get("a"));
    var late = core.replaceNamespacedConfigMap("replaced", NAMESPACE, first.putDataItem("a", "3"));
    var refused = assertThrows(ApiException.class, late::execute);
    assertEquals(409, refused.getCode());
    assertEquals("Conflict", statusOf(refused).getReason());
  }

  private static V1ConfigMap patch(String name, String format, String body) throws ApiException {
    return PatchUtils.patch(
        V1ConfigMap.class,
        () -> core.patchNamespacedConfigMap(name, NAMESPACE, new V1Patch(body)).buildCall(null),
        format,
        client);
  }

  @Test
  @DisplayName("JSON, merge and strategic merge patches change what each of them names")
  void patches() throws ApiException {
    core.createNamespacedConfigMap(NAMESPACE, configMap("patched", Map.of("a", "1", "b", "2"))).execute();
    var merged = patch("patched", V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{\"data\":{\"a\":null}}");
    assertEquals(Map.of("b", "2"), merged.getData());
    var json = "[{\"op\":\"add\",\"path\":\"/data/c\",\"value\":\"3\"}]";
    assertEquals(Map.of("b", "2", "c", "3"), patch("patched", V1Patch.PATCH_FORMAT_JSON_PATCH, json).getData());
    var strategic =
        patch("patched", V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}");
    assertEquals("y", strategic.getMetadata().getLabels().get("x"));
    assertEquals("writes", strategic.getMetadata().getLabels().get("test"));
  }

  private static V1ConfigMap apply(Map<String, String> data, String manager, boolean force) throws ApiException {
    return ServerSideApply.apply(
        client, V1ConfigMap.class, V1ConfigMapList.class, configMap("applied", data), manager, force);
  }

  @Test
  @DisplayName("server-side apply with a conflict tells who owns the field, and force takes it")
  void apply() throws ApiException {
    apply(Map.of("color", "red", "size", "1"), "one", false);
    var refused = assertThrows(ApiException.class, () -> apply(Map.of("color", "blue"), "other", false));
    assertEquals(409, refused.getCode());
    var forced = apply(Map.of("color", "blue"), "other", true);
    assertEquals(Map.of("color", "blue", "size", "1"), forced.getData());

    var body = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"color\":\"green\"}}";
    var again =
        assertThrows(
            ApiException.class,
            () ->
                PatchUtils.patch(
                    V1ConfigMap.class,
                    () ->
                        core.patchNamespacedConfigMap("applied", NAMESPACE, new V1Patch(body))
                            .fieldManager("third").force(false).buildCall(null),
                    V1Patch.PATCH_FORMAT_APPLY_YAML,
                    client));
    var cause = statusOf(again).getDetails().getCauses().get(0);
    assertEquals("FieldManagerConflict", cause.getReason());
    assertEquals("conflict with \"other\"", cause.getMessage());
    assertEquals(".data.color", cause.getField());
  }

  @Test
  @DisplayName("a dry run and what strict validation refuses change nothing")
  void dryRun() throws ApiException {
    var tried = core.createNamespacedConfigMap(NAMESPACE, configMap("tried", null)).dryRun("All").execute();
    assertNotNull(tried.getMetadata().getUid());
    var missing = core.readNamespacedConfigMap("tried", NAMESPACE);
    assertEquals(404, assertThrows(ApiException.class, missing::execute).getCode());

    core.createNamespacedConfigMap(NAMESPACE, configMap("strict", null)).execute();
    var unknown = new V1Patch("{\"unknown\":true}");
    var refused =
        assertThrows(
            ApiException.class,
            () ->
                PatchUtils.patch(
                    V1ConfigMap.class,
                    () ->
                        core.patchNamespacedConfigMap("strict", NAMESPACE, unknown)
                            .fieldValidation("Strict").buildCall(null),
                    V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH,
                    client));
    assertEquals(422, refused.getCode());
    assertTrue(refused.getResponseBody().contains("unknown field \\\"unknown\\\""), refused.getResponseBody());
  }

  @Test
  @DisplayName("a deletion obeys its preconditions, and a deletion of many their selector")
  void delete() throws ApiException {
    for (var name : List.of("gone-1", "gone-2", "stays")) {
      var wanted = configMap(name, null);
      wanted.getMetadata().putLabelsItem("goes", String.valueOf(name.startsWith("gone")));
      core.createNamespacedConfigMap(NAMESPACE, wanted).execute();
    }
    var wrong = new V1DeleteOptions().preconditions(new V1Preconditions().uid("other"));
    var refused =
        assertThrows(
            ApiException.class,
            () -> core.deleteNamespacedConfigMap("stays", NAMESPACE).body(wrong).execute());
    assertEquals(409, refused.getCode());
    core.deleteCollectionNamespacedConfigMap(NAMESPACE).labelSelector("goes=true").execute();
    var left = core.listNamespacedConfigMap(NAMESPACE).labelSelector("goes").execute().getItems();
    assertEquals(List.of("stays"), left.stream().map(it -> it.getMetadata().getName()).toList());
    assertEquals("Success", core.deleteNamespacedConfigMap("stays", NAMESPACE).execute().getStatus());
  }

  @Test
  @DisplayName("pages of a list have everything once, in its order")
  void pages() throws ApiException {
    for (int i = 1; i <= 5; i++) {
      var metadata = new V1ObjectMeta().name("page-" + i);
      var secret = new V1Secret().metadata(metadata).putStringDataItem("number", String.valueOf(i));
      core.createNamespacedSecret(NAMESPACE, secret).execute();
    }
    var values = new ArrayList<String>();
    String token = null;
    do {
      var page = core.listNamespacedSecret(NAMESPACE).limit(2)._continue(token).execute();
      for (var it : page.getItems()) values.add(new String(it.getData().get("number"), StandardCharsets.UTF_8));
      token = page.getMetadata().getContinue();
    } while (token != null && !token.isEmpty());
    assertEquals(List.of("1", "2", "3", "4", "5"), values);
    core.deleteCollectionNamespacedSecret(NAMESPACE).fieldSelector("type=Opaque").execute();
    assertEquals(List.of(), core.listNamespacedSecret(NAMESPACE).execute().getItems());
  }
}
