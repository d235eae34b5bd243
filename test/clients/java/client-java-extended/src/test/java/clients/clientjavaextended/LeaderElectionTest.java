package clients.clientjavaextended;

import static clients.clientjavaextended.Cluster.NAMESPACE;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.kubernetes.client.extended.leaderelection.LeaderElector;
import io.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import io.kubernetes.client.openapi.models.V1LeaseSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeaderElectionTest {
  private static final ApiClient client = Cluster.client();
  private static final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterAll
  static void end() {
    threads.shutdownNow();
  }

  private static LeaderElector elector(String lease, String identity) {
    var lock = new LeaseLock(NAMESPACE, lease, identity, client);
    return new LeaderElector(
        new LeaderElectionConfig(lock, Duration.ofSeconds(4), Duration.ofSeconds(3), Duration.ofMillis(300)));
  }

  private static V1LeaseSpec spec(String lease) throws ApiException {
    return new CoordinationV1Api(client).readNamespacedLease(lease, NAMESPACE).execute().getSpec();
  }

  @Test
  @DisplayName("one of two leads, and the other takes over when it is closed")
  void handover() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    var one = elector("handed", "one");
    threads.submit(() -> one.run(() -> heard.add("one starts"), () -> heard.add("one stops")));
    assertEquals("one starts", heard.poll(20, SECONDS));
    assertEquals("one", spec("handed").getHolderIdentity());
    assertEquals(4, spec("handed").getLeaseDurationSeconds());
    try (var two = elector("handed", "two")) {
      threads.submit(() -> two.run(() -> heard.add("two starts"), () -> heard.add("two stops")));
      var renewed = spec("handed").getRenewTime();
      await().atMost(20, SECONDS).until(() -> spec("handed").getRenewTime().isAfter(renewed));
      assertEquals("one", spec("handed").getHolderIdentity());
      one.close();
      // Each is told by a thread of its own.
      var both = List.of(heard.poll(20, SECONDS), heard.poll(20, SECONDS));
      assertEquals(List.of("one stops", "two starts"), both.stream().sorted().toList());
      assertEquals("two", spec("handed").getHolderIdentity());
      assertEquals(1, spec("handed").getLeaseTransitions());
      assertNotNull(spec("handed").getAcquireTime());
    }
    assertEquals("two stops", heard.poll(20, SECONDS));
    new CoordinationV1Api(client).deleteNamespacedLease("handed", NAMESPACE).execute();
  }
}
