package dev.fauxkube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@Fauxkube(args = {"--nodes=3"})
class ReadmeTest {
  static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: nginx}]}
      """;

  private static KubernetesClient clientOf(FauxkubeCluster cluster) {
    return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build();
  }

  @Test
  void deploymentBecomesReady(FauxkubeCluster cluster) {
    cluster.apply(DEPLOYMENT);
    cluster.settle(Duration.ofSeconds(10)); // until no controller has anything to do
    try (KubernetesClient client = clientOf(cluster)) {
      var web = client.apps().deployments().inNamespace("default").withName("web").get();
      assertEquals(3, web.getStatus().getReadyReplicas());
    }
  }

  @Test
  void beginsWithoutIt(FauxkubeCluster cluster) {
    try (KubernetesClient client = clientOf(cluster)) {
      assertTrue(client.apps().deployments().inNamespace("default").list().getItems().isEmpty());
    }
  }
}
