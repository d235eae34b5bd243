package clients.fabric8.leaderelection;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One that wants to lead, and what it is told. */
final class Candidate {
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final CompletableFuture<?> running;

  Candidate(KubernetesClient client, String lease, String identity, boolean releases) {
    var config =
        new LeaderElectionConfigBuilder()
            .withName(lease)
            .withLock(new LeaseLock(client.getNamespace(), lease, identity))
            .withLeaseDuration(Duration.ofSeconds(5))
            .withRenewDeadline(Duration.ofSeconds(3))
            .withRetryPeriod(Duration.ofMillis(300))
            .withReleaseOnCancel(releases)
            .withLeaderCallbacks(
                new LeaderCallbacks(
                    () -> told.add("starts"), () -> told.add("stops"), leader -> told.add("leader is " + leader)))
            .build();
    LeaderElector elector = client.leaderElector().withConfig(config).build();
    running = elector.start();
  }

  String next() throws InterruptedException {
    return told.poll(20, TimeUnit.SECONDS);
  }

  /** What it is told until then is of no interest. */
  void waitUntilTold(String wanted) throws InterruptedException {
    for (var one = next(); !wanted.equals(one); one = next())
      if (one == null) throw new AssertionError("it is not told: " + wanted);
  }

  void cancel() {
    running.cancel(true);
  }
}
