package clients.operatorsdk;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import clients.launcher.AsUserOfNamespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StartTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.close();
  }

  @Test
  @DisplayName("an operator that is elected holds its lease and reconciles")
  void elected() {
    var election =
        LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration("webpages")
            .withLeaseNamespace(client.getNamespace())
            .withIdentity("one")
            .withExitOnStopLeading(false)
            .build();
    var operator =
        Operators.start(
            client,
            configuration -> configuration.withLeaderElectionConfiguration(election),
            controller -> controller.settingNamespace(client.getNamespace()));
    try {
      var lease =
          client.leases().withName("webpages").waitUntilCondition(
              it -> it != null && "one".equals(it.getSpec().getHolderIdentity()), 30, SECONDS);
      assertEquals("one", lease.getSpec().getHolderIdentity());
      client.resource(WebPage.of("elected", "hello", 0)).create();
      client.resources(WebPage.class).withName("elected").waitUntilCondition(
          it -> it.getStatus() != null && Boolean.TRUE.equals(it.getStatus().ready), 30, SECONDS);
      client.resources(WebPage.class).withName("elected").withTimeout(30, SECONDS).delete();
    } finally {
      operator.stop();
    }
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("an operator for all namespaces is forbidden and says so at its start")
  void outside() {
    var failed =
        assertThrows(
            OperatorException.class,
            () ->
                Operators.start(
                    client, configuration -> {}, ControllerConfigurationOverrider::watchingAllNamespaces));
    Throwable cause = failed;
    while (!(cause instanceof KubernetesClientException) && cause.getCause() != null) cause = cause.getCause();
    assertEquals(403, assertInstanceOf(KubernetesClientException.class, cause).getCode());
  }
}
