package clients.operatorsdk;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.CRUDKubernetesDependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.KubernetesDependent;

/** What a page says. */
@KubernetesDependent(informer = @Informer(labelSelector = PageConfigMap.SELECTOR))
public class PageConfigMap extends CRUDKubernetesDependentResource<ConfigMap, WebPage> {
  static final String SELECTOR = "app.kubernetes.io/managed-by=webpages";

  @Override
  protected ConfigMap desired(WebPage page, Context<WebPage> context) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(page.getMetadata().getName())
        .withNamespace(page.getMetadata().getNamespace())
        .addToLabels("app.kubernetes.io/managed-by", "webpages")
        .endMetadata()
        .addToData("index.html", page.getSpec().html)
        .build();
  }
}
