package clients.fabric8.informers;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.launcher.AsAdministrator;
import clients.launcher.AsUserOfNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InformersTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterEach
  void tidy() {
    client.configMaps().withLabel("cached").delete();
  }

  @AfterAll
  static void close() {
    client.close();
  }

  private static ConfigMap configMap(String name, String value) {
    return new ConfigMapBuilder()
        .withNewMetadata().withName(name).addToLabels("cached", name.split("-")[0]).endMetadata()
        .addToData("a", value)
        .build();
  }

  private static ConfigMap create(String name, String value) {
    return client.resource(configMap(name, value)).create();
  }

  private static Set<String> names(List<ConfigMap> found) {
    return found.stream().map(it -> it.getMetadata().getName()).collect(Collectors.toSet());
  }

  @Test
  @DisplayName("an informer tells of what there was and of each change, and its store has the newest")
  void events() throws Exception {
    create("told-1", "1");
    var heard = new Heard();
    try (var informer = client.configMaps().withLabel("cached", "told").inform(heard)) {
      assertTrue(informer.hasSynced());
      assertEquals("add told-1 1", heard.next());
      create("told-2", "1");
      assertEquals("add told-2 1", heard.next());
      client.resource(configMap("told-1", "2")).update();
      assertEquals("update told-1 1 to 2", heard.next());
      client.configMaps().withName("told-2").delete();
      assertEquals("delete told-2 1", heard.next());
      var key = client.getNamespace() + "/told-1";
      assertEquals(List.of(key), informer.getStore().listKeys());
      assertEquals(client.configMaps().withName("told-1").get(), informer.getStore().getByKey(key));
      assertTrue(informer.isWatching());
    }
  }

  @Test
  @DisplayName("indexers find objects by a value, also after it has changed")
  void indexers() {
    for (var name : List.of("index-1", "index-2", "index-3")) create(name, name.equals("index-3") ? "odd" : "even");
    var informer =
        client.configMaps().withLabel("cached", "index")
            .withIndexers(Map.of("value", it -> List.of(it.getData().get("a")))).inform();
    try (informer) {
      assertEquals(Set.of("index-1", "index-2"), names(informer.getIndexer().byIndex("value", "even")));
      client.resource(configMap("index-2", "odd")).update();
      await().atMost(20, SECONDS).until(
          () -> names(informer.getIndexer().byIndex("value", "odd")).equals(Set.of("index-2", "index-3")));
      assertEquals(Set.of("index-1"), names(informer.getIndexer().byIndex("value", "even")));
      assertEquals(3, informer.getIndexer().byIndex("namespace", client.getNamespace()).size());
    }
  }

  @Test
  @DisplayName("a runnable informer lists page by page, starts when it is told to and stops")
  void runnable() throws Exception {
    for (int i = 1; i <= 5; i++) create("page-" + i, "1");
    var heard = new Heard();
    var informer = client.configMaps().withLabel("cached", "page").withLimit(2L).runnableInformer(0);
    informer.addEventHandler(heard);
    assertFalse(informer.isRunning());
    informer.start().toCompletableFuture().get(20, SECONDS);
    assertEquals(5, informer.getStore().list().size());
    for (int i = 1; i <= 5; i++) assertEquals("add page-" + i + " 1", heard.next());
    informer.stop();
    informer.stopped().toCompletableFuture().get(20, SECONDS);
    create("page-6", "1");
    assertEquals(0, heard.waiting());
    assertFalse(informer.isRunning());
  }

  @Test
  @DisplayName("after its connection was cut an informer tells once of what has happened since")
  void cut() throws Exception {
    create("cut-1", "1");
    create("cut-2", "1");
    var here = client.getConfiguration();
    try (var wire = new Wire(here.getMasterUrl())) {
      var config = new ConfigBuilder(here).withMasterUrl(wire.url()).withWatchReconnectInterval(100).build();
      var heard = new Heard();
      try (var other = new KubernetesClientBuilder().withConfig(config).build();
          var informer = other.configMaps().withLabel("cached", "cut").inform(heard)) {
        assertEquals("add cut-1 1", heard.next());
        assertEquals("add cut-2 1", heard.next());
        wire.cut();
        client.resource(configMap("cut-1", "2")).update();
        client.configMaps().withName("cut-2").delete();
        create("cut-3", "1");
        wire.mend();
        // A deletion comes last, and its value may be an older one, if it has to list anew.
        var since = Stream.of(heard.next(), heard.next(), heard.next()).map(it -> it.replace(" or later", ""));
        assertEquals(Set.of("update cut-1 1 to 2", "delete cut-2 1", "add cut-3 1"), since.collect(Collectors.toSet()));
        client.resource(configMap("cut-3", "2")).update();
        assertEquals("update cut-3 1 to 2", heard.next());
        assertTrue(informer.isRunning());
        assertEquals(0, heard.waiting());
      }
    }
  }

  @Test
  @DisplayName("a resync tells of all objects again without a change")
  void resync() throws Exception {
    create("resync-1", "1");
    var heard = new Heard();
    try (var informer = client.configMaps().withLabel("cached", "resync").inform(heard, 1000)) {
      assertEquals("add resync-1 1", heard.next());
      assertEquals("update resync-1 1 to 1", heard.next());
      assertEquals("update resync-1 1 to 1", heard.next());
    }
  }

  @Test
  @DisplayName("informers of a factory share a namespace, and know its service account and pods")
  void factory() throws Exception {
    var factory = client.informers().inNamespace(client.getNamespace());
    var accounts = factory.sharedIndexInformerFor(ServiceAccount.class, 0);
    var pods = factory.sharedIndexInformerFor(Pod.class, 0);
    factory.startAllRegisteredInformers().get(20, SECONDS);
    assertNotNull(accounts.getStore().getByKey(client.getNamespace() + "/default"));
    var pod =
        new PodBuilder()
            .withNewMetadata().withName("seen").endMetadata()
            .withNewSpec().addNewContainer().withName("main").withImage("nginx").endContainer().endSpec()
            .build();
    client.resource(pod).create();
    var key = client.getNamespace() + "/seen";
    await().atMost(30, SECONDS).until(
        () -> {
          var it = pods.getStore().getByKey(key);
          return it != null && "Running".equals(it.getStatus().getPhase());
        });
    client.resource(pod).withGracePeriod(0).delete();
    await().atMost(30, SECONDS).until(() -> pods.getStore().getByKey(key) == null);
    factory.stopAllRegisteredInformers();
  }

  @Test
  @DisplayName("an informer of one name waits for the object to come and to go")
  void name() {
    var found =
        client.configMaps().withName("name-1")
            .informOnCondition(it -> !it.isEmpty() && "2".equals(it.get(0).getData().get("a")));
    create("name-1", "1");
    create("name-2", "2");
    assertFalse(found.isDone());
    client.resource(configMap("name-1", "2")).update();
    assertEquals(Set.of("name-1"), names(found.orTimeout(20, SECONDS).join()));
  }

  @Test
  @AsAdministrator
  @DisplayName("an informer of all namespaces, and one of namespaces themselves, see them all")
  void everywhere() {
    try (var namespaces = client.namespaces().inform();
        var accounts = client.serviceAccounts().inAnyNamespace().withField("metadata.name", "default").inform()) {
      assertNotNull(namespaces.getStore().getByKey(client.getNamespace()));
      for (Namespace it : namespaces.getStore().list()) {
        var key = it.getMetadata().getName() + "/default";
        await().atMost(20, SECONDS).until(() -> accounts.getStore().getByKey(key) != null);
      }
    }
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("an informer of all namespaces is forbidden and says so at its start")
  void outside() {
    var informer = client.configMaps().inAnyNamespace().runnableInformer(0);
    informer.exceptionHandler((isStarted, error) -> false);
    var started = informer.start().toCompletableFuture().orTimeout(20, SECONDS);
    var failed = assertThrows(CompletionException.class, started::join);
    var cause = failed.getCause();
    while (!(cause instanceof KubernetesClientException) && cause.getCause() != null) cause = cause.getCause();
    assertEquals(403, assertInstanceOf(KubernetesClientException.class, cause).getCode());
  }
}
