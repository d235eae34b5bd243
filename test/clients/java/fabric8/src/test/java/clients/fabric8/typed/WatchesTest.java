package clients.fabric8.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WatchesTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.close();
  }

  /** Keeps what it is told: `ADDED name data`. */
  private static final class Heard implements Watcher<ConfigMap> {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public void eventReceived(Action action, ConfigMap it) {
      events.add(action + " " + it.getMetadata().getName() + " " + it.getData());
    }

    @Override
    public void onClose(WatcherException cause) {
      events.add("closed: " + cause.getMessage());
    }

    String next() throws InterruptedException {
      return events.poll(20, TimeUnit.SECONDS);
    }
  }

  private static ConfigMap configMap(String name, String value) {
    return new ConfigMapBuilder()
        .withNewMetadata().withName(name).addToLabels("watched", name).endMetadata()
        .addToData("a", value)
        .build();
  }

  @Test
  @DisplayName("a watch tells of what is added, modified and deleted, and of an object that leaves its selector")
  void watch() throws Exception {
    var heard = new Heard();
    try (var watch = client.configMaps().withLabel("watched", "all").watch(heard)) {
      client.resource(configMap("all", "1")).create();
      assertEquals("ADDED all {a=1}", heard.next());
      client.resource(configMap("all", "2")).update();
      assertEquals("MODIFIED all {a=2}", heard.next());
      client.configMaps().withName("all").edit(it -> {
        it.getMetadata().getLabels().put("watched", "not");
        return it;
      });
      assertEquals("DELETED all {a=2}", heard.next());
      client.configMaps().withName("all").edit(it -> {
        it.getMetadata().getLabels().put("watched", "all");
        return it;
      });
      assertEquals("ADDED all {a=2}", heard.next());
      client.configMaps().withName("all").delete();
      assertEquals("DELETED all {a=2}", heard.next());
    }
  }

  @Test
  @DisplayName("a watch at a revision tells of everything since, and goes on at a bookmark when the server ends it")
  void since() throws Exception {
    var made = client.resource(configMap("since", "1")).create();
    client.resource(configMap("since", "2")).update();
    client.resource(configMap("since", "3")).update();
    var options =
        new ListOptionsBuilder()
            .withResourceVersion(made.getMetadata().getResourceVersion())
            .withAllowWatchBookmarks(true)
            .withTimeoutSeconds(3L)
            .build();
    var heard = new Heard();
    try (var watch = client.configMaps().withName("since").watch(options, heard)) {
      assertEquals("MODIFIED since {a=2}", heard.next());
      assertEquals("MODIFIED since {a=3}", heard.next());
      // One comes before each end, so there have been two connections.
      for (int i = 0; i < 2; i++) assertEquals("BOOKMARK null {}", heard.next());
      client.resource(configMap("since", "4")).update();
      assertEquals("MODIFIED since {a=4}", heard.next());
      client.configMaps().withName("since").delete();
      assertEquals("DELETED since {a=4}", heard.next());
    }
  }
}
