package clients.fabric8.leaderelection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.launcher.AsUserOfNamespace;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.ZonedDateTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeaderElectionTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.close();
  }

  private static Resource<Lease> lease(String name) {
    return client.leases().withName(name);
  }

  private static LeaseSpec waitForHolder(String lease, String holder) {
    return lease(lease)
        .waitUntilCondition(it -> it != null && holder.equals(it.getSpec().getHolderIdentity()), 20, TimeUnit.SECONDS)
        .getSpec();
  }

  @Test
  @DisplayName("who comes first leads, and its lease says who, since when and for how long")
  void leads() throws Exception {
    var one = new Candidate(client, "first", "one", true);
    assertEquals("leader is one", one.next());
    assertEquals("starts", one.next());
    var spec = waitForHolder("first", "one");
    assertEquals(5, spec.getLeaseDurationSeconds());
    assertEquals(0, spec.getLeaseTransitions());
    assertNotNull(spec.getAcquireTime());
    var two = new Candidate(client, "first", "two", true);
    assertEquals("leader is one", two.next());
    var renewed =
        lease("first").waitUntilCondition(
            it -> it.getSpec().getRenewTime().isAfter(spec.getRenewTime()), 20, TimeUnit.SECONDS);
    assertEquals(spec.getAcquireTime(), renewed.getSpec().getAcquireTime());
    assertEquals("one", renewed.getSpec().getHolderIdentity());
    two.cancel();
    one.cancel();
    one.waitUntilTold("stops");
    lease("first").delete();
  }

  @Test
  @DisplayName("a leader that releases its lease hands over at once")
  void handover() throws Exception {
    var one = new Candidate(client, "handed", "one", true);
    assertEquals("leader is one", one.next());
    assertEquals("starts", one.next());
    var two = new Candidate(client, "handed", "two", true);
    assertEquals("leader is one", two.next());
    one.cancel();
    one.waitUntilTold("stops");
    two.waitUntilTold("leader is two");
    two.waitUntilTold("starts");
    var spec = waitForHolder("handed", "two");
    assertTrue(spec.getLeaseTransitions() >= 1);
    two.cancel();
    lease("handed").delete();
  }

  @Test
  @DisplayName("a lease of one that is gone is taken when it has run out, not before")
  void expiry() throws Exception {
    var gone = ZonedDateTime.now();
    var left =
        new LeaseBuilder()
            .withNewMetadata().withName("left").endMetadata()
            .withNewSpec()
            .withHolderIdentity("gone").withLeaseDurationSeconds(5).withLeaseTransitions(7)
            .withAcquireTime(gone).withRenewTime(gone)
            .endSpec()
            .build();
    client.resource(left).create();
    var next = new Candidate(client, "left", "next", false);
    assertEquals("leader is gone", next.next());
    assertEquals("leader is next", next.next());
    assertEquals("starts", next.next());
    var spec = waitForHolder("left", "next");
    assertEquals(8, spec.getLeaseTransitions());
    assertTrue(spec.getAcquireTime().isAfter(gone.plusSeconds(4)), "acquired at " + spec.getAcquireTime());
    next.cancel();
    lease("left").delete();
  }

  @Test
  @DisplayName("a leader whose lease another has taken stops")
  void loss() throws Exception {
    var one = new Candidate(client, "lost", "one", true);
    assertEquals("leader is one", one.next());
    assertEquals("starts", one.next());
    var held = waitForHolder("lost", "one");
    assertEquals("one", held.getHolderIdentity());
    lease("lost").accept(it -> {
      it.getMetadata().setResourceVersion(null);
      it.getSpec().setHolderIdentity("thief");
      it.getSpec().setLeaseDurationSeconds(60);
      it.getSpec().setRenewTime(ZonedDateTime.now().plusSeconds(60));
    });
    assertEquals("leader is thief", one.next());
    assertEquals("stops", one.next());
    one.cancel();
    lease("lost").delete();
  }

  @Test
  @DisplayName("times of a lease keep their microseconds, and a lease with a wrong duration is refused")
  void micros() {
    var time = ZonedDateTime.parse("2026-01-02T03:04:05.123456Z");
    var lease =
        new LeaseBuilder()
            .withNewMetadata().withName("micros").endMetadata()
            .withNewSpec().withHolderIdentity("one").withRenewTime(time).endSpec()
            .build();
    assertEquals(time.toInstant(), client.resource(lease).create().getSpec().getRenewTime().toInstant());
    assertTrue(client.raw("/apis/coordination.k8s.io/v1/namespaces/" + client.getNamespace() + "/leases/micros")
        .contains("2026-01-02T03:04:05.123456Z"));
    lease("micros").delete();
    lease.getSpec().setLeaseDurationSeconds(0);
    var refused = assertThrows(KubernetesClientException.class, () -> client.resource(lease).create());
    assertEquals(422, refused.getCode());
    assertEquals("spec.leaseDurationSeconds", refused.getStatus().getDetails().getCauses().get(0).getField());
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("a lease of another namespace is forbidden")
  void outside() {
    var leases = client.leases().inNamespace("kube-system");
    assertEquals(403, assertThrows(KubernetesClientException.class, leases::list).getCode());
  }
}
