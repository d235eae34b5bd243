package clients.fabric8.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A custom resource with a class of its own. */
class TypedTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.resources(Gadget.class).delete();
    client.close();
  }

  private static Resource<Gadget> named(String name) {
    return client.resources(Gadget.class).withName(name);
  }

  @Test
  @DisplayName("the status of a custom resource changes only through its subresource, and not its generation")
  void status() {
    var wanted = Gadget.of("told", "red");
    wanted.setStatus(new Gadget.Status());
    wanted.getStatus().phase = "Dropped";
    var made = client.resource(wanted).create();
    assertNull(made.getStatus());
    assertEquals(1, made.getSpec().replicas);

    made.setStatus(new Gadget.Status());
    made.getStatus().phase = "Running";
    made.getSpec().color = "blue";
    var told = client.resource(made).updateStatus();
    assertEquals("Running", told.getStatus().phase);
    assertEquals("red", told.getSpec().color);
    assertEquals(1L, told.getMetadata().getGeneration());

    var edited = named("told").edit(it -> {
      it.getSpec().color = "blue";
      return it;
    });
    assertEquals(2L, edited.getMetadata().getGeneration());
    assertEquals("Running", edited.getStatus().phase);
    var patched = named("told").editStatus(it -> {
      it.getStatus().phase = "Done";
      return it;
    });
    assertEquals("Done", patched.getStatus().phase);
    assertEquals(2L, patched.getMetadata().getGeneration());
    var late = assertThrows(KubernetesClientException.class, () -> client.resource(made).updateStatus());
    assertEquals(409, late.getCode());
  }

  @Test
  @DisplayName("the scale of a custom resource reads and writes the fields that its definition names")
  void scale() {
    client.resource(Gadget.of("scaled", "red")).create();
    named("scaled").editStatus(it -> {
      it.setStatus(new Gadget.Status());
      it.getStatus().replicas = 1;
      return it;
    });
    assertEquals(1, named("scaled").scale().getStatus().getReplicas());
    var scale = named("scaled").scale();
    scale.getSpec().setReplicas(4);
    assertEquals(4, named("scaled").scale(scale).getSpec().getReplicas());
    assertEquals(4, named("scaled").get().getSpec().replicas);
  }

  @Test
  @DisplayName("a watch with a selectable field tells of those that have it, and of one that has it no more")
  void watch() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    var watcher =
        new Watcher<Gadget>() {
          @Override
          public void eventReceived(Action action, Gadget it) {
            heard.add(action + " " + it.getMetadata().getName());
          }

          @Override
          public void onClose(WatcherException cause) {
            heard.add("closed: " + cause.getMessage());
          }
        };
    try (var watch = client.resources(Gadget.class).withField("spec.color", "gold").watch(watcher)) {
      client.resource(Gadget.of("watched-red", "red")).create();
      client.resource(Gadget.of("watched-gold", "gold")).create();
      assertEquals("ADDED watched-gold", heard.poll(20, TimeUnit.SECONDS));
      named("watched-gold").edit(it -> {
        it.getSpec().color = "blue";
        return it;
      });
      assertEquals("DELETED watched-gold", heard.poll(20, TimeUnit.SECONDS));
    }
    var gold = client.resources(Gadget.class).withField("spec.color", "gold").list().getItems();
    assertEquals(List.of(), gold);
  }

  @Test
  @DisplayName("server-side apply of a custom resource keeps what another manager owns")
  void apply() {
    client.resource(Gadget.of("applied", "red")).fieldManager("one").serverSideApply();
    var other = Gadget.of("applied", "blue");
    other.getSpec().replicas = 5;
    var apply = client.resource(other).fieldManager("other");
    var refused = assertThrows(KubernetesClientException.class, apply::serverSideApply);
    assertEquals(409, refused.getCode());
    assertEquals(".spec.color", refused.getStatus().getDetails().getCauses().get(0).getField());
    other.getSpec().color = null;
    var applied = client.resource(other).fieldManager("other").serverSideApply();
    assertEquals("red", applied.getSpec().color);
    assertEquals(5, applied.getSpec().replicas);
  }

  @Test
  @DisplayName("what a custom resource owns goes with it, after its finalizer is gone")
  void owner() {
    var wanted = Gadget.of("owner", "red");
    wanted.addFinalizer("fabric8.example.com/tidy");
    var owner = client.resource(wanted).create();
    var owned = new ConfigMapBuilder().withNewMetadata().withName("owned").endMetadata().build();
    owned.getMetadata().setNamespace(owner.getMetadata().getNamespace());
    owned.addOwnerReference(owner);
    client.resource(owned).create();
    named("owner").delete();
    assertEquals(true, named("owner").get().isMarkedForDeletion());
    named("owner").edit(it -> {
      it.removeFinalizer("fabric8.example.com/tidy");
      return it;
    });
    assertNull(named("owner").get());
    client.configMaps().withName("owned").waitUntilCondition(Objects::isNull, 30, TimeUnit.SECONDS);
  }
}
