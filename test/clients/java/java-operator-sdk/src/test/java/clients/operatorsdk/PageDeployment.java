package clients.operatorsdk;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.dependent.DependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.CRUDKubernetesDependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.KubernetesDependent;
import io.javaoperatorsdk.operator.processing.dependent.workflow.Condition;

/** What serves a page. */
@KubernetesDependent(informer = @Informer(labelSelector = PageConfigMap.SELECTOR))
public class PageDeployment extends CRUDKubernetesDependentResource<Deployment, WebPage> {
  @Override
  protected Deployment desired(WebPage page, Context<WebPage> context) {
    var name = page.getMetadata().getName();
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(page.getMetadata().getNamespace())
        .addToLabels("app.kubernetes.io/managed-by", "webpages")
        .endMetadata()
        .withNewSpec()
        .withReplicas(page.getSpec().replicas)
        .withNewSelector().addToMatchLabels("page", name).endSelector()
        .withNewTemplate()
        .withNewMetadata().addToLabels("page", name).endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("web").withImage("nginx:1.27")
        .addNewVolumeMount().withName("html").withMountPath("/usr/share/nginx/html").endVolumeMount()
        .endContainer()
        .addNewVolume().withName("html").withNewConfigMap().withName(name).endConfigMap().endVolume()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  /** All replicas serve. */
  public static class IsReady implements Condition<Deployment, WebPage> {
    @Override
    public boolean isMet(
        DependentResource<Deployment, WebPage> dependent, WebPage page, Context<WebPage> context) {
      return dependent
          .getSecondaryResource(page, context)
          .map(it -> it.getStatus() != null && page.getSpec().replicas.equals(readyIn(it)))
          .orElse(false);
    }

    private static Integer readyIn(Deployment it) {
      var ready = it.getStatus().getReadyReplicas();
      return ready == null ? 0 : ready;
    }
  }
}
