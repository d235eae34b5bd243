package clients;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;

/** io.fabric8:kubernetes-client. */
final class Fabric8 {
  private final String namespace;
  private final KubernetesClient client = new KubernetesClientBuilder().build();

  Fabric8(String namespace) {
    this.namespace = namespace;
  }

  void run() {
    Check.that("fabric8, create a pod and wait until it is ready", () -> create("fabric8", "nginx"));
    Check.that("fabric8, follow a log", this::logs);
    Check.that("fabric8, exec with stdin and an exit code", this::exec);
    Check.that("fabric8, copy a file there and back", this::copy);
    Check.that("fabric8, a request through a forwarded port", this::forward);
    client.close();
  }

  private void create(String name, String image, String... command) {
    var pod =
        new PodBuilder()
            .withNewMetadata().withName(name).endMetadata()
            .withNewSpec()
            .addNewContainer().withName("main").withImage(image).withCommand(command).endContainer()
            .endSpec()
            .build();
    client.pods().inNamespace(namespace).resource(pod).create();
    client.pods().inNamespace(namespace).withName(name).waitUntilReady(20, TimeUnit.SECONDS);
  }

  private void logs() throws Exception {
    create("fabric8-talker", "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000");
    try (var watch = client.pods().inNamespace(namespace).withName("fabric8-talker").watchLog()) {
      var lines = new BufferedReader(new InputStreamReader(watch.getOutput(), StandardCharsets.UTF_8));
      for (int i = 1; i <= 3; i++) Check.equal(lines.readLine(), "line " + i);
    }
  }

  private void exec() throws Exception {
    var stdout = new ByteArrayOutputStream();
    var stderr = new ByteArrayOutputStream();
    var stdin = new ByteArrayInputStream("something\n".getBytes(StandardCharsets.US_ASCII));
    try (var watch =
        client.pods().inNamespace(namespace).withName("fabric8")
            .readingInput(stdin).writingOutput(stdout).writingError(stderr)
            .exec("sh", "-c", "read word; echo got $word; echo bad >&2; exit 3")) {
      Check.equal(watch.exitCode().get(20, TimeUnit.SECONDS), 3);
    }
    Check.equal(stdout.toString(StandardCharsets.UTF_8), "got something\n");
    Check.equal(stderr.toString(StandardCharsets.UTF_8), "bad\n");
  }

  private void copy() throws Exception {
    var folder = Files.createTempDirectory("clients-");
    var there = Files.writeString(folder.resolve("there.txt"), "what is in it\n");
    var pod = client.pods().inNamespace(namespace).withName("fabric8");
    if (!pod.file("/srv/there.txt").upload(there)) throw new AssertionError("it was not taken");
    var back = folder.resolve("back.txt");
    if (!pod.file("/srv/there.txt").copy(back)) throw new AssertionError("it was not given back");
    Check.equal(Files.readString(back), "what is in it\n");
  }

  private void forward() throws Exception {
    try (var forwarded = client.pods().inNamespace(namespace).withName("fabric8").portForward(80);
        var socket = new Socket("127.0.0.1", forwarded.getLocalPort())) {
      socket.getOutputStream().write(Check.request());
      Check.welcomes(Check.text(socket.getInputStream()));
    }
  }
}
