package clients.fabric8.pods;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.launcher.AsAdministrator;
import clients.launcher.AsUserOfNamespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodsTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n";
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @TempDir Path folder;

  @BeforeAll
  static void create() {
    create("web", "nginx");
  }

  @AfterAll
  static void close() {
    client.pods().withGracePeriod(0).delete();
    client.close();
  }

  private static PodResource pod(String name) {
    return client.pods().withName(name);
  }

  private static Pod create(String name, String image, String... command) {
    var pod =
        new PodBuilder()
            .withNewMetadata().withName(name).endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("main").withImage(image).withCommand(command).withStdin(true)
            .endContainer()
            .endSpec()
            .build();
    client.resource(pod).create();
    return pod(name).waitUntilCondition(
        it -> !"Pending".equals(it.getStatus().getPhase())
            && it.getStatus().getContainerStatuses().stream()
                .allMatch(one -> one.getReady() || one.getState().getTerminated() != null),
        30, SECONDS);
  }

  @Test
  @DisplayName("a log is followed line by line")
  void follow() throws Exception {
    create("talker", "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000");
    try (var watch = pod("talker").watchLog()) {
      var lines = new BufferedReader(new InputStreamReader(watch.getOutput(), UTF_8));
      for (int i = 1; i <= 3; i++) assertEquals("line " + i, lines.readLine());
    }
  }

  @Test
  @DisplayName("a log of a container that has ended has its tail, its times and its limit of bytes")
  void log() {
    var ended = create("ended", "busybox", "sh", "-c", "echo one; echo two; echo three; exit 4");
    pod("ended").waitUntilCondition(it -> "Failed".equals(it.getStatus().getPhase()), 30, SECONDS);
    assertEquals("ended", ended.getMetadata().getName());
    var status = pod("ended").get().getStatus().getContainerStatuses().get(0);
    assertEquals(4, status.getState().getTerminated().getExitCode());
    assertEquals("one\ntwo\nthree\n", pod("ended").getLog());
    assertEquals("three\n", pod("ended").tailingLines(1).getLog());
    assertEquals("one", pod("ended").limitBytes(3).getLog());
    assertTrue(pod("ended").usingTimestamps().getLog().matches("(?s)\\d{4}-\\d\\d-\\d\\dT\\S+Z one\n.*"));
    var missing = pod("ended").inContainer("none");
    assertEquals(400, assertThrows(KubernetesClientException.class, missing::getLog).getCode());
  }

  @Test
  @DisplayName("exec has stdin, stdout, stderr and an exit code")
  void exec() throws Exception {
    var stdout = new ByteArrayOutputStream();
    var stderr = new ByteArrayOutputStream();
    var stdin = new ByteArrayInputStream("something\n".getBytes(UTF_8));
    var exec =
        pod("web").readingInput(stdin).writingOutput(stdout).writingError(stderr)
            .exec("sh", "-c", "read word; echo got $word; echo bad >&2; exit 3");
    try (exec) {
      assertEquals(3, exec.exitCode().get(30, SECONDS));
    }
    assertEquals("got something\n", stdout.toString(UTF_8));
    assertEquals("bad\n", stderr.toString(UTF_8));
  }

  @Test
  @DisplayName("exec with a terminal writes all to stdout, and one without such a program fails")
  void terminal() throws Exception {
    var stdout = new ByteArrayOutputStream();
    // A size can only be sent while the program runs.
    var command = new String[] {"sh", "-c", "echo out; echo err >&2; sleep 0.5"};
    try (var exec = pod("web").writingOutput(stdout).withTTY().exec(command)) {
      exec.resize(100, 40);
      assertEquals(0, exec.exitCode().get(30, SECONDS));
    }
    assertEquals("out\r\nerr\r\n", stdout.toString(UTF_8));
    try (var exec = pod("web").redirectingError().exec("no-such-program")) {
      assertTrue(exec.exitCode().get(30, SECONDS) != 0);
    }
  }

  @Test
  @DisplayName("attach talks with what runs in the container")
  void attach() throws Exception {
    create("echo", "busybox", "sh", "-c", "while read line; do echo heard $line; done");
    try (var attached = pod("echo").redirectingInput().redirectingOutput().attach()) {
      var lines = new BufferedReader(new InputStreamReader(attached.getOutput(), UTF_8));
      attached.getInput().write("hello\n".getBytes(UTF_8));
      attached.getInput().flush();
      assertEquals("heard hello", lines.readLine());
    }
  }

  @Test
  @DisplayName("a file is copied there and back")
  void file() throws Exception {
    var there = Files.writeString(folder.resolve("there.txt"), "what is in it\n");
    assertTrue(pod("web").file("/srv/there.txt").upload(there));
    var back = folder.resolve("back.txt");
    assertTrue(pod("web").file("/srv/there.txt").copy(back));
    assertEquals("what is in it\n", Files.readString(back));
    try (var stream = pod("web").file("/srv/there.txt").read()) {
      assertEquals("what is in it\n", new String(stream.readAllBytes(), UTF_8));
    }
  }

  @Test
  @DisplayName("a folder is copied there and back")
  void folder() throws Exception {
    var there = Files.createDirectories(folder.resolve("there/inner")).getParent();
    Files.writeString(there.resolve("a.txt"), "a\n");
    Files.writeString(there.resolve("inner/b.txt"), "b\n");
    assertTrue(pod("web").dir("/srv/tree").upload(there));
    var back = Files.createDirectories(folder.resolve("back"));
    assertTrue(pod("web").dir("/srv/tree").copy(back));
    try (var found = Files.walk(back)) {
      var texts = found.filter(Files::isRegularFile).map(it -> it.getFileName().toString()).sorted().toList();
      assertEquals(java.util.List.of("a.txt", "b.txt"), texts);
    }
  }

  @Test
  @DisplayName("a forwarded port answers")
  void forward() throws Exception {
    try (var forwarded = pod("web").portForward(80);
        var socket = new Socket("127.0.0.1", forwarded.getLocalPort())) {
      socket.getOutputStream().write(REQUEST.getBytes(UTF_8));
      var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertTrue(answer.contains("Welcome to nginx!"), answer);
    }
  }

  @Test
  @AsAdministrator
  @DisplayName("an ephemeral container is added to a pod that runs")
  void ephemeral() {
    pod("web").ephemeralContainers().edit(it ->
        new PodBuilder(it).editSpec().addNewEphemeralContainer()
            .withName("debugger").withImage("busybox").withCommand("sleep", "1000")
            .endEphemeralContainer().endSpec().build());
    pod("web").waitUntilCondition(
        it -> it.getStatus().getEphemeralContainerStatuses().stream()
            .anyMatch(one -> one.getName().equals("debugger") && one.getState().getRunning() != null),
        30, SECONDS);
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("logs and commands of pods of other namespaces are forbidden")
  void outside() {
    var elsewhere = client.pods().inNamespace("kube-system").withName("any");
    assertEquals(403, assertThrows(KubernetesClientException.class, elsewhere::getLog).getCode());
  }
}
