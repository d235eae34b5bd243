package clients.clientjavaextended;

import static clients.clientjavaextended.Cluster.NAMESPACE;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kubernetes.client.extended.controller.Controller;
import io.kubernetes.client.extended.controller.builder.ControllerBuilder;
import io.kubernetes.client.extended.controller.reconciler.Result;
import io.kubernetes.client.extended.event.EventType;
import io.kubernetes.client.extended.event.legacy.LegacyEventBroadcaster;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.informer.cache.Lister;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1EventSource;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.CallGeneratorParams;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ControllerTest {
  private static final ApiClient client = Cluster.client();
  private static final CoreV1Api core = new CoreV1Api(client);

  /** Writes into each ConfigMap how long its text is. */
  private static Controller controller(SharedInformerFactory factory) {
    var informer =
        factory.sharedIndexInformerFor(
            (CallGeneratorParams params) ->
                core.listNamespacedConfigMap(NAMESPACE)
                    .labelSelector("counted=yes")
                    .resourceVersion(params.resourceVersion)
                    .timeoutSeconds(params.timeoutSeconds)
                    .watch(params.watch)
                    .buildCall(null),
            V1ConfigMap.class,
            V1ConfigMapList.class);
    var lister = new Lister<>(informer.getIndexer());
    return ControllerBuilder.defaultBuilder(factory)
        .watch(queue -> ControllerBuilder.controllerWatchBuilder(V1ConfigMap.class, queue).build())
        .withReconciler(
            request -> {
              var found = lister.namespace(request.getNamespace()).get(request.getName());
              if (found == null) return new Result(false);
              var length = String.valueOf(found.getData().get("text").length());
              if (length.equals(found.getData().get("length"))) return new Result(false);
              try {
                core.replaceNamespacedConfigMap(
                        request.getName(), NAMESPACE, found.putDataItem("length", length))
                    .execute();
                return new Result(false);
              } catch (ApiException error) {
                return new Result(true, Duration.ofMillis(100));
              }
            })
        .withWorkerCount(2)
        .withReadyFunc(informer::hasSynced)
        .withName("counter")
        .build();
  }

  private static String length(String name) throws ApiException {
    return core.readNamespacedConfigMap(name, NAMESPACE).execute().getData().get("length");
  }

  private static V1ConfigMap text(String name, String text) {
    var metadata = new V1ObjectMeta().name(name).putLabelsItem("counted", "yes");
    return new V1ConfigMap().metadata(metadata).data(Map.of("text", text));
  }

  @Test
  @DisplayName("a controller reconciles what there was, what comes and what changes")
  void controller() throws Exception {
    core.createNamespacedConfigMap(NAMESPACE, text("early", "four")).execute();
    var factory = new SharedInformerFactory(client);
    var controller = controller(factory);
    factory.startAllRegisteredInformers();
    var threads = Executors.newCachedThreadPool();
    threads.submit(controller);
    try {
      await().atMost(20, SECONDS).until(() -> "4".equals(length("early")));
      core.createNamespacedConfigMap(NAMESPACE, text("late", "seven!!")).execute();
      await().atMost(20, SECONDS).until(() -> "7".equals(length("late")));
      core.replaceNamespacedConfigMap("late", NAMESPACE, text("late", "one")).execute();
      await().atMost(20, SECONDS).until(() -> "3".equals(length("late")));
    } finally {
      controller.shutdown();
      factory.stopAllRegisteredInformers();
      threads.shutdownNow();
    }
    core.deleteCollectionNamespacedConfigMap(NAMESPACE).labelSelector("counted=yes").execute();
  }

  @Test
  @DisplayName("a recorder writes an event about an object, and counts it when it happens again")
  void events() throws Exception {
    var broadcaster = new LegacyEventBroadcaster(core);
    broadcaster.startRecording();
    var recorder = broadcaster.newRecorder(new V1EventSource().component("counter"));
    var about = core.createNamespacedConfigMap(NAMESPACE, text("told", "x")).execute();
    about.apiVersion("v1").kind("ConfigMap");
    var selector = "involvedObject.name=told,reason=Counted";
    for (int i = 1; i <= 2; i++) {
      var count = i;
      recorder.event(about, EventType.Normal, "Counted", "has %s letters", "1");
      await().atMost(20, SECONDS).until(
          () -> {
            var events = core.listNamespacedEvent(NAMESPACE).fieldSelector(selector).execute().getItems();
            return events.size() == 1 && events.get(0).getCount() == count;
          });
    }
    var event = core.listNamespacedEvent(NAMESPACE).fieldSelector(selector).execute().getItems().get(0);
    assertEquals("has 1 letters", event.getMessage());
    assertEquals("counter", event.getSource().getComponent());
    broadcaster.shutdown();
    core.deleteNamespacedConfigMap("told", NAMESPACE).execute();
  }
}
