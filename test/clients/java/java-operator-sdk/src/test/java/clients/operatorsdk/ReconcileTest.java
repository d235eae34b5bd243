package clients.operatorsdk;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.launcher.AsAdministrator;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.Operator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReconcileTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();
  private static Operator operator;

  @BeforeAll
  static void start() {
    operator =
        Operators.start(
            client,
            configuration -> {},
            controller -> {
              if (Operators.isOfCluster()) controller.watchingAllNamespaces();
              else controller.settingNamespace(client.getNamespace());
            });
  }

  @AfterAll
  static void stop() {
    operator.stop();
    client.configMaps().delete();
    client.close();
  }

  private static Resource<WebPage> page(String name) {
    return client.resources(WebPage.class).withName(name);
  }

  private static WebPage waitFor(String name, Predicate<WebPage.Status> holds) {
    return page(name).waitUntilCondition(it -> it.getStatus() != null && holds.test(it.getStatus()), 30, SECONDS);
  }

  private static Resource<ConfigMap> html(String name) {
    return client.configMaps().withName(name);
  }

  @Test
  @DisplayName("a page gets its finalizer, what it needs with an owner, and its status when that is ready")
  void create() {
    client.resource(WebPage.of("made", "hello", 2)).create();
    var ready = waitFor("made", it -> Boolean.TRUE.equals(it.ready));
    assertEquals(List.of(WebPageReconciler.FINALIZER), ready.getMetadata().getFinalizers());
    assertEquals(1L, ready.getStatus().observedGeneration);
    var owner = html("made").get().getMetadata().getOwnerReferences().get(0);
    assertEquals("WebPage", owner.getKind());
    assertEquals(ready.getMetadata().getUid(), owner.getUid());
    var deployment = client.apps().deployments().withName("made").get();
    assertEquals(2, deployment.getStatus().getReadyReplicas());
    assertTrue(deployment.getMetadata().getManagedFields().stream()
        .anyMatch(it -> it.getManager().equals("webpages") && it.getOperation().equals("Apply")));
    assertTrue(ready.getMetadata().getManagedFields().stream()
        .anyMatch(it -> "status".equals(it.getSubresource()) && it.getManager().equals("webpages")));
  }

  @Test
  @DisplayName("a change of a page reaches what it needs, and its status says which generation")
  void change() {
    client.resource(WebPage.of("changed", "before", 0)).create();
    waitFor("changed", it -> Boolean.TRUE.equals(it.ready));
    page("changed").edit(it -> {
      it.getSpec().html = "after";
      return it;
    });
    var told = waitFor("changed", it -> Objects.equals(it.observedGeneration, 2L));
    assertEquals(2L, told.getMetadata().getGeneration());
    assertEquals(Map.of("index.html", "after"), html("changed").get().getData());
  }

  @Test
  @DisplayName("what somebody else changes or deletes of it is put right")
  void drift() {
    client.resource(WebPage.of("kept", "hello", 0)).create();
    waitFor("kept", it -> Boolean.TRUE.equals(it.ready));
    html("kept").edit(it -> new ConfigMapBuilder(it).withData(Map.of("index.html", "other")).build());
    html("kept").waitUntilCondition(it -> "hello".equals(it.getData().get("index.html")), 30, SECONDS);
    var uid = html("kept").get().getMetadata().getUid();
    html("kept").delete();
    html("kept").waitUntilCondition(it -> it != null && !it.getMetadata().getUid().equals(uid), 30, SECONDS);
    client.apps().deployments().withName("kept").patch("{\"spec\":{\"replicas\":3}}");
    client.apps().deployments().withName("kept")
        .waitUntilCondition(it -> it.getSpec().getReplicas() == 0, 30, SECONDS);
  }

  @Test
  @DisplayName("what was right already is not written again")
  void quiet() {
    client.resource(WebPage.of("quiet", "hello", 0)).create();
    waitFor("quiet", it -> Boolean.TRUE.equals(it.ready));
    var deployments = client.apps().deployments().withName("quiet");
    var before =
        deployments.waitUntilCondition(
            it -> it.getStatus() != null
                && it.getMetadata().getGeneration().equals(it.getStatus().getObservedGeneration())
                && it.getStatus().getConditions().stream()
                    .anyMatch(one -> "NewReplicaSetAvailable".equals(one.getReason())),
            30, SECONDS);
    page("quiet").edit(it -> {
      it.getSpec().html = "changed";
      return it;
    });
    waitFor("quiet", it -> Objects.equals(it.observedGeneration, 2L));
    assertEquals(
        before.getMetadata().getResourceVersion(), deployments.get().getMetadata().getResourceVersion());
  }

  @Test
  @DisplayName("an event source wakes the page that a secret names")
  void theme() {
    client.resource(WebPage.of("themed", "hello", 0)).create();
    waitFor("themed", it -> Boolean.TRUE.equals(it.ready) && it.theme == null);
    var secret =
        new SecretBuilder()
            .withNewMetadata().withName("dark").addToLabels(WebPageReconciler.THEME_OF, "themed").endMetadata()
            .addToStringData("theme", "dark")
            .build();
    client.resource(secret).create();
    waitFor("themed", it -> "dark".equals(it.theme));
    client.secrets().withName("dark").delete();
    waitFor("themed", it -> it.theme == null);
  }

  @Test
  @DisplayName("an error is told in the status until it is mended")
  void error() {
    client.resource(WebPage.of("wrong", " ", 0)).create();
    assertEquals("it says nothing", waitFor("wrong", it -> it.error != null).getStatus().error);
    page("wrong").edit(it -> {
      it.getSpec().html = "something";
      return it;
    });
    waitFor("wrong", it -> it.error == null && Boolean.TRUE.equals(it.ready));
  }

  @Test
  @DisplayName("a deleted page is cleaned up before it goes, and what it owned goes too")
  void delete() {
    client.resource(WebPage.of("gone", "hello", 0)).create();
    waitFor("gone", it -> Boolean.TRUE.equals(it.ready));
    page("gone").delete();
    page("gone").waitUntilCondition(Objects::isNull, 30, SECONDS);
    assertNotNull(html("cleaned-gone").get());
    html("gone").waitUntilCondition(Objects::isNull, 30, SECONDS);
    client.apps().deployments().withName("gone").waitUntilCondition(Objects::isNull, 30, SECONDS);
  }

  @Test
  @DisplayName("all event sources of the operator are healthy")
  void health() {
    assertTrue(operator.getRuntimeInfo().isStarted());
    assertTrue(operator.getRuntimeInfo().allEventSourcesAreHealthy());
    assertEquals(Map.of(), operator.getRuntimeInfo().unhealthyEventSources().getOrDefault("webpages", Map.of()));
  }

  @Test
  @AsAdministrator
  @DisplayName("a page of another namespace is reconciled there")
  void elsewhere() {
    var name = client.getNamespace() + "-other";
    client.resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build()).create();
    var pages = client.resources(WebPage.class).inNamespace(name);
    pages.resource(WebPage.of("there", "hello", 0)).create();
    pages.withName("there").waitUntilCondition(
        it -> it.getStatus() != null && Boolean.TRUE.equals(it.getStatus().ready), 30, SECONDS);
    assertEquals("hello", client.configMaps().inNamespace(name).withName("there").get().getData().get("index.html"));
    // The operator could not leave its mark in a namespace that ends.
    pages.withName("there").withTimeout(30, SECONDS).delete();
    client.namespaces().withName(name).delete();
  }
}
