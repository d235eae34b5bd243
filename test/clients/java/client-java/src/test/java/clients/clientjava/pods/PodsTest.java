package clients.clientjava.pods;

import static clients.clientjava.Cluster.NAMESPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.clientjava.Cluster;
import clients.launcher.AsUserOfNamespace;
import io.kubernetes.client.Attach;
import io.kubernetes.client.Copy;
import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Eviction;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.util.WaitUtils;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodsTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ApiClient client = Cluster.client();
  private static final CoreV1Api core = new CoreV1Api(client);

  @TempDir Path folder;

  @BeforeAll
  static void create() throws Exception {
    create("web", "nginx");
  }

  @AfterAll
  static void delete() throws ApiException {
    core.deleteCollectionNamespacedPod(NAMESPACE).gracePeriodSeconds(0).execute();
  }

  private static V1Pod read(String name) {
    try {
      return core.readNamespacedPod(name, NAMESPACE).execute();
    } catch (ApiException error) {
      if (error.getCode() == 404) return null;
      throw new IllegalStateException(error);
    }
  }

  private static V1Pod create(String name, String image, String... command) throws Exception {
    var container = new V1Container().name("main").image(image).stdin(true);
    if (command.length > 0) container.command(List.of(command));
    var pod = new V1Pod().metadata(new V1ObjectMeta().name(name)).spec(new V1PodSpec().addContainersItem(container));
    core.createNamespacedPod(NAMESPACE, pod).execute();
    return WaitUtils.waitUntilReady(() -> read(name), PATIENCE, Duration.ofMillis(200));
  }

  private static BufferedReader lines(InputStream stream) {
    return new BufferedReader(new InputStreamReader(stream, UTF_8));
  }

  @Test
  @DisplayName("a log is followed line by line, and read from its end")
  void logs() throws Exception {
    create("talker", "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000");
    try (var stream = new PodLogs(client).streamNamespacedPodLog(NAMESPACE, "talker", "main")) {
      var lines = lines(stream);
      for (int i = 1; i <= 3; i++) assertEquals("line " + i, lines.readLine());
    }
    assertEquals("line 3\n", core.readNamespacedPodLog("talker", NAMESPACE).tailLines(1).execute());
    var missing = core.readNamespacedPodLog("talker", NAMESPACE).container("none");
    assertEquals(400, assertThrows(ApiException.class, missing::execute).getCode());
  }

  @Test
  @DisplayName("exec has stdin, stdout, stderr and an exit code")
  void exec() throws Exception {
    String[] command = {"sh", "-c", "read word; echo got $word; echo bad >&2; exit 3"};
    Process process = new Exec(client).exec(NAMESPACE, "web", command, true);
    // The streams can only be had while the connection is open.
    var stdout = process.getInputStream();
    var stderr = process.getErrorStream();
    process.getOutputStream().write("something\n".getBytes(UTF_8));
    process.getOutputStream().flush();
    assertEquals("got something\n", new String(stdout.readAllBytes(), UTF_8));
    assertEquals("bad\n", new String(stderr.readAllBytes(), UTF_8));
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    assertEquals(3, process.exitValue());
  }

  @Test
  @DisplayName("attach talks with what runs in the container")
  void attach() throws Exception {
    create("echo", "busybox", "sh", "-c", "while read line; do echo heard $line; done");
    var builder = new Attach(client).newConnectionBuilder(NAMESPACE, "echo").setStdin(true).setStdout(true);
    try (var attached = builder.connect()) {
      var stdin = attached.getStandardInputStream();
      stdin.write("hello\n".getBytes(UTF_8));
      stdin.flush();
      assertEquals("heard hello", lines(attached.getStandardOutputStream()).readLine());
    }
  }

  @Test
  @DisplayName("a file and a folder are copied there and back")
  void copy() throws Exception {
    var copy = new Copy(client);
    copy.copyFileToPod(NAMESPACE, "web", "main", "what is in it\n".getBytes(UTF_8), Path.of("/srv/tree/there.txt"));
    try (var stream = copy.copyFileFromPod(NAMESPACE, "web", "main", "/srv/tree/there.txt")) {
      assertEquals("what is in it\n", new String(stream.readAllBytes(), UTF_8));
    }
    copy.copyDirectoryFromPod(NAMESPACE, "web", "main", "/srv/tree", folder);
    try (var found = Files.walk(folder)) {
      var file = found.filter(Files::isRegularFile).findFirst().orElseThrow();
      assertEquals("what is in it\n", Files.readString(file));
    }
  }

  @Test
  @DisplayName("a forwarded port answers")
  void forward() throws Exception {
    var forwarded = new PortForward(client).forward(NAMESPACE, "web", List.of(80));
    var output = forwarded.getOutboundStream(80);
    var input = lines(forwarded.getInputStream(80));
    output.write(REQUEST.getBytes(UTF_8));
    output.flush();
    var answer = new StringBuilder();
    for (var line = input.readLine(); line != null && !line.contains("</html>"); line = input.readLine())
      answer.append(line).append('\n');
    assertTrue(answer.toString().contains("Welcome to nginx!"), answer.toString());
  }

  @Test
  @DisplayName("a pod that is evicted ends")
  void evict() throws Exception {
    create("evicted", "nginx");
    var eviction = new V1Eviction().metadata(new V1ObjectMeta().name("evicted"));
    // execute() wants to read an Eviction, and a Status is what every server answers.
    var call = core.createNamespacedPodEviction("evicted", NAMESPACE, eviction).buildCall(null);
    try (var response = call.execute()) {
      assertEquals(201, response.code());
    }
    WaitUtils.waitUntilDeleted(() -> read("evicted"), Duration.ofSeconds(50), Duration.ofMillis(200));
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("pods of other namespaces are forbidden")
  void outside() {
    var log = core.readNamespacedPodLog("any", "kube-system");
    assertEquals(403, assertThrows(ApiException.class, log::execute).getCode());
  }
}
