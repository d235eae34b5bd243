package clients;

import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.Configuration;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.util.Config;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** io.kubernetes:client-java. */
final class Official {
  private final String namespace;
  private final CoreV1Api core;

  Official(String namespace) throws Exception {
    this.namespace = namespace;
    ApiClient client = Config.defaultClient();
    client.setReadTimeout((int) Duration.ofMinutes(1).toMillis());
    Configuration.setDefaultApiClient(client);
    core = new CoreV1Api();
  }

  void run() {
    Check.that("client-java, create a pod and wait until it is ready", () -> create("official", "nginx"));
    Check.that("client-java, follow a log", this::logs);
    Check.that("client-java, exec with stdin and an exit code", this::exec);
    Check.that("client-java, a request through a forwarded port", this::forward);
  }

  private void create(String name, String image, String... command) throws Exception {
    var container = new V1Container().name("main").image(image);
    if (command.length > 0) container.command(List.of(command));
    var pod = new V1Pod().metadata(new V1ObjectMeta().name(name)).spec(new V1PodSpec().addContainersItem(container));
    core.createNamespacedPod(namespace, pod).execute();
    while (!isReady(core.readNamespacedPod(name, namespace).execute())) Thread.sleep(50);
  }

  private static boolean isReady(V1Pod pod) {
    var conditions = pod.getStatus() == null ? null : pod.getStatus().getConditions();
    return conditions != null
        && conditions.stream().anyMatch(one -> one.getType().equals("Ready") && one.getStatus().equals("True"));
  }

  private void logs() throws Exception {
    create("official-talker", "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000");
    var stream = new PodLogs().streamNamespacedPodLog(namespace, "official-talker", "main");
    var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    for (int i = 1; i <= 3; i++) Check.equal(lines.readLine(), "line " + i);
  }

  private void exec() throws Exception {
    String[] command = {"sh", "-c", "read word; echo got $word; echo bad >&2; exit 3"};
    Process process = new Exec().exec(namespace, "official", command, true);
    // The streams can only be had while the connection is open.
    var stdout = process.getInputStream();
    var stderr = process.getErrorStream();
    process.getOutputStream().write("something\n".getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    Check.equal(Check.text(stdout), "got something\n");
    Check.equal(Check.text(stderr), "bad\n");
    Check.equal(process.waitFor(), 3);
  }

  private void forward() throws Exception {
    var forwarded = new PortForward().forward(namespace, "official", List.of(80));
    var output = forwarded.getOutboundStream(80);
    var input = new BufferedReader(new InputStreamReader(forwarded.getInputStream(80), StandardCharsets.UTF_8));
    output.write(Check.request());
    output.flush();
    var answer = new StringBuilder();
    for (String line = input.readLine(); line != null && !line.contains("</html>"); line = input.readLine())
      answer.append(line).append('\n');
    Check.welcomes(answer.toString());
  }
}
