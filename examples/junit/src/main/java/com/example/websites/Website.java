package com.example.websites;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** What users write: an image, and how often it runs. */
@Group("example.com")
@Version("v1")
public class Website extends CustomResource<Website.Spec, Website.Status> implements Namespaced {
  /** What is wanted. */
  public static class Spec {
    public String image;
    public int replicas;
  }

  /** What is there. */
  public static class Status {
    public Integer readyReplicas;
  }
}
