package clients.fabric8.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeploymentsTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.apps().deployments().delete();
    client.close();
  }

  static Deployment deployment(String name) {
    return new DeploymentBuilder()
        .withNewMetadata().withName(name).endMetadata()
        .withNewSpec()
        .withReplicas(1)
        .withNewSelector().addToMatchLabels("app", name).endSelector()
        .withNewTemplate()
        .withNewMetadata().addToLabels("app", name).endMetadata()
        .withNewSpec().addNewContainer().withName("web").withImage("nginx:1.27").endContainer().endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static RollableScalableResource<Deployment> named(String name) {
    return client.apps().deployments().withName(name);
  }

  private static List<Pod> pods(String app) {
    return client.pods().withLabel("app", app).list().getItems();
  }

  private static String image(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getContainers().get(0).getImage();
  }

  /** Nothing is left to do, so that nobody else writes it. */
  private static boolean isRolledOut(Deployment it) {
    var status = it.getStatus();
    var wanted = it.getSpec().getReplicas();
    var terminating = status.getTerminatingReplicas();
    return it.getMetadata().getGeneration().equals(status.getObservedGeneration())
        && wanted.equals(status.getReplicas())
        && wanted.equals(status.getUpdatedReplicas())
        && wanted.equals(status.getAvailableReplicas())
        && (terminating == null || terminating == 0);
  }

  /** Its ReplicaSet is there. */
  private static boolean isComplete(Deployment it) {
    return it.getMetadata().getGeneration().equals(it.getStatus().getObservedGeneration())
        && it.getStatus().getConditions().stream().anyMatch(one -> "NewReplicaSetAvailable".equals(one.getReason()));
  }

  private static boolean isPaused(Deployment it) {
    return it.getMetadata().getGeneration().equals(it.getStatus().getObservedGeneration())
        && it.getStatus().getConditions().stream().anyMatch(one -> "DeploymentPaused".equals(one.getReason()));
  }

  @Test
  @DisplayName("a deployment becomes ready and scales to the pods that are wanted")
  void scale() {
    client.resource(deployment("scaled")).create();
    var ready = named("scaled").waitUntilReady(30, TimeUnit.SECONDS);
    assertEquals(1, ready.getStatus().getReadyReplicas());
    assertEquals(3, named("scaled").scale(3).getSpec().getReplicas());
    named("scaled").waitUntilCondition(DeploymentsTest::isRolledOut, 30, TimeUnit.SECONDS);
    assertEquals(3, named("scaled").scale().getStatus().getReplicas());
    assertEquals("app=scaled", named("scaled").scale().getStatus().getSelector());
    assertEquals(3, pods("scaled").size());
    assertEquals("nginx:1.27", pods("scaled").get(0).getSpec().getContainers().get(0).getImage());
  }

  @Test
  @DisplayName("a new image, a restart and an undo roll out one after the other")
  void rollout() {
    client.resource(deployment("rolled")).create();
    named("rolled").waitUntilCondition(DeploymentsTest::isRolledOut, 30, TimeUnit.SECONDS);
    named("rolled").rolling().updateImage("nginx:1.28");
    var updated = named("rolled").waitUntilCondition(DeploymentsTest::isRolledOut, 30, TimeUnit.SECONDS);
    assertEquals("nginx:1.28", image(updated));
    assertEquals("2", updated.getMetadata().getAnnotations().get("deployment.kubernetes.io/revision"));

    named("rolled").rolling().undo();
    var undone = named("rolled").waitUntilCondition(DeploymentsTest::isRolledOut, 30, TimeUnit.SECONDS);
    assertEquals("nginx:1.27", image(undone));
    assertEquals("3", undone.getMetadata().getAnnotations().get("deployment.kubernetes.io/revision"));

    named("rolled").rolling().restart();
    var restarted = named("rolled").waitUntilCondition(DeploymentsTest::isRolledOut, 30, TimeUnit.SECONDS);
    var annotations = restarted.getSpec().getTemplate().getMetadata().getAnnotations();
    assertNotNull(annotations.get("kubectl.kubernetes.io/restartedAt"));
  }

  @Test
  @DisplayName("a paused deployment makes no new ReplicaSet until it is resumed")
  void pause() {
    var deployment = deployment("paused");
    deployment.getSpec().setReplicas(0);
    client.resource(deployment).create();
    named("paused").waitUntilCondition(DeploymentsTest::isComplete, 20, TimeUnit.SECONDS);
    named("paused").rolling().pause();
    named("paused").waitUntilCondition(DeploymentsTest::isPaused, 20, TimeUnit.SECONDS);
    named("paused").edit(it ->
        new DeploymentBuilder(it).editSpec().editTemplate().editSpec().editFirstContainer()
            .withImage("nginx:1.28").endContainer().endSpec().endTemplate().endSpec().build());
    named("paused").waitUntilCondition(
        it -> it.getMetadata().getGeneration().equals(it.getStatus().getObservedGeneration()), 20, TimeUnit.SECONDS);
    var sets = client.apps().replicaSets().withLabel("app", "paused");
    assertEquals(1, sets.list().getItems().size());
    named("paused").rolling().resume();
    sets.informOnCondition(it -> it.size() == 2).orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  @DisplayName("an eviction is refused while a PodDisruptionBudget has none to spare")
  void evict() {
    var budget =
        new PodDisruptionBudgetBuilder()
            .withNewMetadata().withName("guarded").endMetadata()
            .withNewSpec()
            .withNewMinAvailable(1)
            .withNewSelector().addToMatchLabels("app", "guarded").endSelector()
            .endSpec()
            .build();
    client.resource(budget).create();
    client.resource(deployment("guarded")).create();
    named("guarded").waitUntilReady(30, TimeUnit.SECONDS);
    var budgets = client.policy().v1().podDisruptionBudget().withName("guarded");
    budgets.waitUntilCondition(it -> it.getStatus().getCurrentHealthy() == 1, 20, TimeUnit.SECONDS);
    var pod = client.pods().withName(pods("guarded").get(0).getMetadata().getName());
    assertFalse(pod.evict());
    assertNotNull(pod.get());
    named("guarded").scale(2);
    budgets.waitUntilCondition(it -> it.getStatus().getDisruptionsAllowed() == 1, 20, TimeUnit.SECONDS);
    assertTrue(pod.evict());
    pod.waitUntilCondition(it -> it == null, 30, TimeUnit.SECONDS);
    budgets.delete();
  }
}
