package com.example.websites;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.Map;
import java.util.Set;

/** For each Website a Deployment that it owns; how many of its replicas are ready stands in the Website's status. */
public final class WebsiteOperator implements AutoCloseable {
  /** Deleted, or somebody was faster: then there is another event. */
  private static final Set<Integer> COMES_AGAIN = Set.of(404, 409);

  private final KubernetesClient client;

  /** Reconciles whenever a Website or a Deployment changes, until it is closed. */
  public WebsiteOperator(KubernetesClient client) {
    this.client = client;
    client.resources(Website.class).inAnyNamespace().inform(new Handler<>());
    client.apps().deployments().inAnyNamespace().inform(new Handler<>());
  }

  private final class Handler<T extends HasMetadata> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      changed(object);
    }

    @Override
    public void onUpdate(T before, T object) {
      changed(object);
    }

    @Override
    public void onDelete(T object, boolean isUnknown) {
      changed(object);
    }
  }

  private void changed(HasMetadata object) {
    String namespace = object.getMetadata().getNamespace();
    if (object instanceof Website) reconcile(namespace, object.getMetadata().getName());
    for (OwnerReference owner : object.getMetadata().getOwnerReferences())
      if (owner.getKind().equals("Website")) reconcile(namespace, owner.getName());
  }

  private synchronized void reconcile(String namespace, String name) {
    Website website = client.resources(Website.class).inNamespace(namespace).withName(name).get();
    if (website == null) return; // its Deployment goes without anybody's help
    try {
      Deployment deployment = client.apps().deployments().inNamespace(namespace).withName(name).get();
      if (deployment == null) client.resource(deploymentOf(website)).create();
      else report(website, deployment);
    } catch (KubernetesClientException error) {
      if (!COMES_AGAIN.contains(error.getCode())) throw error;
    }
  }

  private void report(Website website, Deployment deployment) {
    Integer ready = deployment.getStatus().getReadyReplicas();
    int readyReplicas = ready == null ? 0 : ready;
    if (website.getStatus() == null) website.setStatus(new Website.Status());
    if (Integer.valueOf(readyReplicas).equals(website.getStatus().readyReplicas)) return;
    website.getStatus().readyReplicas = readyReplicas;
    client.resource(website).updateStatus();
  }

  private static Deployment deploymentOf(Website website) {
    Map<String, String> labels = Map.of("website", website.getMetadata().getName());
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName(website.getMetadata().getName())
        .withNamespace(website.getMetadata().getNamespace())
        .addNewOwnerReference()
        .withApiVersion(website.getApiVersion())
        .withKind("Website")
        .withName(website.getMetadata().getName())
        .withUid(website.getMetadata().getUid())
        .withController(true)
        .endOwnerReference()
        .endMetadata()
        .withNewSpec()
        .withReplicas(website.getSpec().replicas)
        .withNewSelector()
        .withMatchLabels(labels)
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("web")
        .withImage(website.getSpec().image)
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  @Override
  public void close() {
    client.close();
  }
}
