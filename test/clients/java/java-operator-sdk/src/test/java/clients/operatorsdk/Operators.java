package clients.operatorsdk;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import java.time.Duration;
import java.util.function.Consumer;

/** Operators for web pages. */
final class Operators {
  private Operators() {}

  /** An administrator has one for all namespaces. */
  static boolean isOfCluster() {
    return "cluster".equals(System.getenv("SCOPE"));
  }

  /** @param watching which namespaces */
  static Operator start(
      KubernetesClient client,
      Consumer<ConfigurationServiceOverrider> with,
      Consumer<ControllerConfigurationOverrider<WebPage>> watching) {
    var operator =
        new Operator(
            configuration -> {
              configuration
                  .withKubernetesClient(client)
                  .withCloseClientOnStop(false)
                  .withReconciliationTerminationTimeout(Duration.ofSeconds(5))
                  .checkingCRDAndValidateLocalModel(isOfCluster());
              with.accept(configuration);
            });
    operator.register(new WebPageReconciler(), watching);
    operator.start();
    return operator;
  }
}
