package clients.operatorsdk;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;

@Group("josdk.example.com")
@Version("v1")
@Plural("webpages")
public class WebPage extends CustomResource<WebPage.Spec, WebPage.Status> implements Namespaced {
  public static class Spec {
    public String html;
    public Integer replicas;
  }

  public static class Status {
    public Long observedGeneration;
    public Boolean ready;
    public String theme;
    public String error;
  }

  static WebPage of(String name, String html, int replicas) {
    var page = new WebPage();
    page.getMetadata().setName(name);
    page.setSpec(new Spec());
    page.getSpec().html = html;
    page.getSpec().replicas = replicas;
    return page;
  }
}
