package clients.clientjava.api;

import static clients.clientjava.Cluster.NAMESPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.clientjava.Cluster;
import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.informer.cache.Lister;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.Watch;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static final ApiClient client = Cluster.client();
  private static final CoreV1Api core = new CoreV1Api(client);

  private static V1ConfigMap configMap(String name, String value) {
    var metadata = new V1ObjectMeta().name(name).putLabelsItem("watched", name.split("-")[0]);
    return new V1ConfigMap().metadata(metadata).putDataItem("a", value);
  }

  private static V1ConfigMap create(String name, String value) throws ApiException {
    return core.createNamespacedConfigMap(NAMESPACE, configMap(name, value)).execute();
  }

  private static Watch<V1ConfigMap> watch(String selector, String version, int seconds) throws ApiException {
    var call =
        core.listNamespacedConfigMap(NAMESPACE)
            .labelSelector(selector).resourceVersion(version).timeoutSeconds(seconds)
            .allowWatchBookmarks(true).watch(true).buildCall(null);
    return Watch.createWatch(client, call, new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType());
  }

  private static String next(Watch<V1ConfigMap> watch) {
    var event = watch.next();
    return event.type + " " + event.object.getMetadata().getName() + " " + event.object.getData().get("a");
  }

  @Test
  @DisplayName("a watch at a revision tells of everything since, then what happens, and ends after its time")
  void watch() throws Exception {
    var made = create("seen-1", "1");
    create("seen-2", "1");
    core.replaceNamespacedConfigMap("seen-1", NAMESPACE, configMap("seen-1", "2")).execute();
    try (var watch = watch("watched=seen", made.getMetadata().getResourceVersion(), 3)) {
      assertEquals("ADDED seen-2 1", next(watch));
      assertEquals("MODIFIED seen-1 2", next(watch));
      core.deleteNamespacedConfigMap("seen-2", NAMESPACE).execute();
      assertEquals("DELETED seen-2 1", next(watch));
      var bookmark = watch.next();
      assertEquals("BOOKMARK", bookmark.type);
      var version = Long.parseLong(bookmark.object.getMetadata().getResourceVersion());
      assertTrue(version > Long.parseLong(made.getMetadata().getResourceVersion()));
      assertFalse(watch.hasNext());
    }
    try (var watch = watch("watched=seen", null, 30)) {
      assertEquals("ADDED seen-1 2", next(watch));
    }
    core.deleteNamespacedConfigMap("seen-1", NAMESPACE).execute();
  }

  @Test
  @DisplayName("informers of a factory tell of each change, list, index and synchronise anew")
  void informer() throws Exception {
    create("told-1", "1");
    var own = Cluster.client();
    var api = new CoreV1Api(own);
    var factory = new SharedInformerFactory(own);
    var informer =
        factory.sharedIndexInformerFor(
            (CallGeneratorParams params) ->
                api.listNamespacedConfigMap(NAMESPACE)
                    .labelSelector("watched=told")
                    .resourceVersion(params.resourceVersion)
                    .timeoutSeconds(params.timeoutSeconds)
                    .watch(params.watch)
                    .buildCall(null),
            V1ConfigMap.class,
            V1ConfigMapList.class);
    informer.addIndexers(Map.of("value", it -> List.of(it.getData().get("a"))));
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    informer.addEventHandler(
        new ResourceEventHandler<V1ConfigMap>() {
          @Override
          public void onAdd(V1ConfigMap it) {
            heard.add("add " + it.getMetadata().getName());
          }

          @Override
          public void onUpdate(V1ConfigMap old, V1ConfigMap it) {
            heard.add("update " + it.getMetadata().getName() + " to " + it.getData().get("a"));
          }

          @Override
          public void onDelete(V1ConfigMap it, boolean isUnknown) {
            heard.add("delete " + it.getMetadata().getName());
          }
        });
    factory.startAllRegisteredInformers();
    try {
      assertEquals("add told-1", heard.poll(20, TimeUnit.SECONDS));
      Awaitility.await().atMost(20, TimeUnit.SECONDS).until(informer::hasSynced);
      create("told-2", "1");
      assertEquals("add told-2", heard.poll(20, TimeUnit.SECONDS));
      core.replaceNamespacedConfigMap("told-1", NAMESPACE, configMap("told-1", "2")).execute();
      assertEquals("update told-1 to 2", heard.poll(20, TimeUnit.SECONDS));
      var lister = new Lister<>(informer.getIndexer(), NAMESPACE);
      assertEquals("2", lister.get("told-1").getData().get("a"));
      assertEquals(2, lister.list().size());
      assertEquals("told-2", informer.getIndexer().byIndex("value", "1").get(0).getMetadata().getName());
      core.deleteCollectionNamespacedConfigMap(NAMESPACE).labelSelector("watched=told").execute();
      assertEquals("delete told-1", heard.poll(20, TimeUnit.SECONDS));
      assertEquals("delete told-2", heard.poll(20, TimeUnit.SECONDS));
    } finally {
      factory.stopAllRegisteredInformers();
    }
  }
}
