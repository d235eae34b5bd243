package com.example.websites;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fauxkube.Fauxkube;
import dev.fauxkube.FauxkubeCluster;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Fauxkube(args = {"--nodes=3"})
class WebsiteOperatorTest {
  private static final String SHOP =
      """
      apiVersion: example.com/v1
      kind: Website
      metadata: {name: shop, namespace: default}
      spec: {image: nginx, replicas: 3}
      """;

  private KubernetesClient client;
  private WebsiteOperator operator;

  private static KubernetesClient clientOf(FauxkubeCluster cluster) {
    return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build();
  }

  @BeforeEach
  void begin(FauxkubeCluster cluster) throws IOException {
    try (var crd = Objects.requireNonNull(getClass().getResourceAsStream("/website-crd.yaml"))) {
      cluster.apply(new String(crd.readAllBytes(), StandardCharsets.UTF_8));
    }
    client = clientOf(cluster);
    operator = new WebsiteOperator(clientOf(cluster));
    cluster.apply(SHOP);
  }

  @AfterEach
  void end() {
    operator.close();
    client.close();
  }

  private Resource<Deployment> deployment() {
    return client.apps().deployments().inNamespace("default").withName("shop");
  }

  private static boolean isReady(Deployment deployment) {
    return deployment != null && Integer.valueOf(3).equals(deployment.getStatus().getReadyReplicas());
  }

  @Test
  void websiteGetsADeploymentThatBecomesReady() {
    Deployment ready = deployment().waitUntilCondition(WebsiteOperatorTest::isReady, 20, TimeUnit.SECONDS);
    assertEquals("Website", ready.getMetadata().getOwnerReferences().get(0).getKind());
  }

  @Test
  void statusSaysHowManyAreReady() {
    Website shop =
        client
            .resources(Website.class)
            .inNamespace("default")
            .withName("shop")
            .waitUntilCondition(
                site -> site.getStatus() != null && Integer.valueOf(3).equals(site.getStatus().readyReplicas),
                20,
                TimeUnit.SECONDS);
    assertEquals(3, shop.getSpec().replicas);
  }

  @Test
  void deploymentGoesWithItsWebsite() {
    deployment().waitUntilCondition(Objects::nonNull, 20, TimeUnit.SECONDS);
    client.resources(Website.class).inNamespace("default").withName("shop").delete();
    deployment().waitUntilCondition(Objects::isNull, 20, TimeUnit.SECONDS);
    assertTrue(client.resources(Website.class).inNamespace("default").list().getItems().isEmpty());
  }
}
