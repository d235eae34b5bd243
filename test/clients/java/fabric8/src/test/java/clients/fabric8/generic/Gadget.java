package clients.fabric8.generic;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Map;

@Group("fabric8.example.com")
@Version("v1")
public class Gadget extends CustomResource<Gadget.Spec, Gadget.Status> implements Namespaced {
  public static class Spec {
    public String color;
    public Integer replicas;
    public Map<String, Object> settings;
  }

  public static class Status {
    public String phase;
    public Integer replicas;
  }

  static Gadget of(String name, String color) {
    var gadget = new Gadget();
    gadget.getMetadata().setName(name);
    gadget.setSpec(new Spec());
    gadget.getSpec().color = color;
    return gadget;
  }
}
