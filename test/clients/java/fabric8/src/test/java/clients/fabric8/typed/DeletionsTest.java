package clients.fabric8.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeletionsTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.close();
  }

  /** A deployment without pods, and the name of its ReplicaSet. */
  private static String deploymentWithReplicaSet(String name) {
    var deployment = DeploymentsTest.deployment(name);
    deployment.getSpec().setReplicas(0);
    client.resource(deployment).create();
    var sets = client.apps().replicaSets().withLabel("app", name);
    var found = sets.informOnCondition(it -> it.size() == 1).orTimeout(20, TimeUnit.SECONDS).join();
    return found.get(0).getMetadata().getName();
  }

  @Test
  @DisplayName("a deletion in the foreground waits for what is owned, one in the background does not")
  void cascade() {
    var set = deploymentWithReplicaSet("front");
    var front = client.apps().deployments().withName("front");
    front.withPropagationPolicy(DeletionPropagation.FOREGROUND).withTimeout(20, TimeUnit.SECONDS).delete();
    assertNull(front.get());
    assertNull(client.apps().replicaSets().withName(set).get());

    var other = client.apps().replicaSets().withName(deploymentWithReplicaSet("back"));
    client.apps().deployments().withName("back").withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
    assertNull(client.apps().deployments().withName("back").get());
    other.waitUntilCondition(Objects::isNull, 20, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("a deletion that leaves orphans takes itself off their owners")
  void orphan() {
    var set = client.apps().replicaSets().withName(deploymentWithReplicaSet("parent"));
    var owner = set.get().getMetadata().getOwnerReferences().get(0);
    assertEquals("parent", owner.getName());
    assertTrue(owner.getController());
    var parent = client.apps().deployments().withName("parent");
    parent.withPropagationPolicy(DeletionPropagation.ORPHAN).withTimeout(20, TimeUnit.SECONDS).delete();
    assertNull(parent.get());
    assertEquals(List.of(), set.get().getMetadata().getOwnerReferences());
    set.delete();
  }

  @Test
  @DisplayName("a finalizer keeps a deleted object until it is taken away")
  void finalizer() {
    var made =
        new ConfigMapBuilder()
            .withNewMetadata().withName("kept").addToFinalizers("example.com/keep").endMetadata()
            .build();
    client.resource(made).create();
    var kept = client.configMaps().withName("kept");
    kept.delete();
    assertNotNull(kept.get().getMetadata().getDeletionTimestamp());
    assertEquals(0L, kept.get().getMetadata().getDeletionGracePeriodSeconds());
    kept.edit(it -> new ConfigMapBuilder(it).editMetadata().withFinalizers().endMetadata().build());
    assertNull(kept.get());
  }

  @Test
  @DisplayName("a deletion at a locked resourceVersion is refused when there is a newer one")
  void precondition() {
    var made =
        client.resource(new ConfigMapBuilder().withNewMetadata().withName("locked").endMetadata().build()).create();
    var locked = client.configMaps().withName("locked");
    locked.edit(it -> new ConfigMapBuilder(it).addToData("a", "1").build());
    var late = locked.lockResourceVersion(made.getMetadata().getResourceVersion());
    var refused = assertThrows(KubernetesClientException.class, late::delete);
    assertEquals(409, refused.getCode());
    assertTrue(refused.getMessage().contains("the ResourceVersion in the precondition"), refused.getMessage());
    assertEquals(1, locked.lockResourceVersion(locked.get().getMetadata().getResourceVersion()).delete().size());
    assertNull(locked.get());
    assertEquals(List.of(), locked.delete());
  }
}
