package clients.fabric8.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ListsTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();
  private static final List<String> NAMES = List.of("s-1", "s-2", "s-3", "s-4", "s-5", "s-6", "s-7");

  @BeforeAll
  static void create() {
    for (var name : NAMES) {
      var number = Integer.parseInt(name.substring(2));
      var secret =
          new SecretBuilder()
              .withNewMetadata().withName(name)
              .addToLabels("parity", number % 2 == 0 ? "even" : "odd")
              .endMetadata()
              .withType(number == 7 ? "example.com/seven" : "Opaque")
              .addToStringData("number", String.valueOf(number))
              .build();
      client.resource(secret).create();
    }
  }

  @AfterAll
  static void close() {
    client.secrets().withLabel("parity").delete();
    client.close();
  }

  private static List<String> names(List<Secret> secrets) {
    return secrets.stream().map(it -> it.getMetadata().getName()).toList();
  }

  private static SecretList page(String token) {
    return client.secrets().list(new ListOptionsBuilder().withLimit(3L).withContinue(token).build());
  }

  @Test
  @DisplayName("pages of a list are of one revision, have everything once, and say how many remain")
  void pages() {
    var first = page(null);
    assertEquals(4, first.getMetadata().getRemainingItemCount());
    var second = page(first.getMetadata().getContinue());
    assertEquals(1, second.getMetadata().getRemainingItemCount());
    assertEquals(first.getMetadata().getResourceVersion(), second.getMetadata().getResourceVersion());
    var third = page(second.getMetadata().getContinue());
    assertTrue(third.getMetadata().getContinue() == null || third.getMetadata().getContinue().isEmpty());
    assertNull(third.getMetadata().getRemainingItemCount());
    var all = new ArrayList<>(first.getItems());
    all.addAll(second.getItems());
    all.addAll(third.getItems());
    assertEquals(NAMES, names(all));

    var refused = assertThrows(KubernetesClientException.class, () -> page("nonsense"));
    assertEquals(400, refused.getCode());
  }

  @Test
  @DisplayName("selectors of labels and fields find what they name, and an unknown field is refused")
  void selectors() {
    var secrets = client.secrets();
    assertEquals(List.of("s-2", "s-4", "s-6"), names(secrets.withLabel("parity", "even").list().getItems()));
    assertEquals(NAMES, names(secrets.withLabelIn("parity", "odd", "even").list().getItems()));
    assertEquals(List.of(), names(secrets.withLabel("parity").withoutLabel("parity", "odd")
        .withoutLabel("parity", "even").list().getItems()));
    assertEquals(List.of("s-7"), names(secrets.withField("type", "example.com/seven").list().getItems()));
    assertEquals(
        List.of("s-1", "s-5"),
        names(secrets.withLabel("parity", "odd").withField("type", "Opaque")
            .withoutField("metadata.name", "s-3").list().getItems()));
    var unknown = secrets.withField("data.number", "1");
    var refused = assertThrows(KubernetesClientException.class, unknown::list);
    assertEquals(400, refused.getCode());
    assertTrue(refused.getMessage().contains("data.number"), refused.getMessage());
  }

  @Test
  @DisplayName("a streaming list gets all that there is by a watch, and the revision it ended at")
  void streamingList() throws Exception {
    var seen = new ArrayList<Secret>();
    var revision = client.secrets().withLabel("parity").streamingList(seen::add).get(20, TimeUnit.SECONDS);
    assertEquals(NAMES, names(seen).stream().sorted().toList());
    assertTrue(Long.parseLong(revision) > 0);
  }

  @Test
  @DisplayName("a list at a revision that is yet to come is refused as too large")
  void future() {
    var options =
        new ListOptionsBuilder()
            .withResourceVersion("999999999999").withResourceVersionMatch("NotOlderThan").build();
    var refused = assertThrows(KubernetesClientException.class, () -> client.secrets().list(options));
    assertEquals(504, refused.getCode());
    assertTrue(refused.getMessage().contains("Too large resource version: 999999999999"), refused.getMessage());
  }
}
