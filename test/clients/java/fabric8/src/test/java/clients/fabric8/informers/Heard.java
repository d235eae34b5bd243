package clients.fabric8.informers;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a handler is told, in its order: `add NAME VALUE`. */
final class Heard implements ResourceEventHandler<ConfigMap> {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private static String value(ConfigMap it) {
    return it.getData().get("a");
  }

  @Override
  public void onAdd(ConfigMap it) {
    events.add("add " + it.getMetadata().getName() + " " + value(it));
  }

  @Override
  public void onUpdate(ConfigMap old, ConfigMap it) {
    events.add("update " + it.getMetadata().getName() + " " + value(old) + " to " + value(it));
  }

  @Override
  public void onDelete(ConfigMap it, boolean isUnknown) {
    events.add("delete " + it.getMetadata().getName() + " " + value(it) + (isUnknown ? " or later" : ""));
  }

  String next() throws InterruptedException {
    return events.poll(30, TimeUnit.SECONDS);
  }

  int waiting() {
    return events.size();
  }
}
