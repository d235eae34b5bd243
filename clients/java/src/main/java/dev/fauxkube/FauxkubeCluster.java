package dev.fauxkube;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** One cluster: a whole server, or a virtual cluster of one. */
public final class FauxkubeCluster implements AutoCloseable {
  private final String kubeconfig;
  private final Credentials credentials;
  private final AdminClient client;
  private final String name;
  private final FauxkubeCluster server;
  private Runnable onClose;
  private Path path;
  private Path folder;

  private FauxkubeCluster(
      String kubeconfig, String name, FauxkubeCluster server, Path path, Runnable onClose) {
    this.kubeconfig = kubeconfig;
    this.credentials = Credentials.read(kubeconfig);
    this.client = new AdminClient(credentials);
    this.name = name;
    this.server = server == null ? this : server;
    this.path = path;
    this.onClose = onClose;
  }

  /** A server of ours, with the file of its kubeconfig. */
  static FauxkubeCluster of(String kubeconfig, Path path, Runnable onClose) {
    return new FauxkubeCluster(kubeconfig, null, null, path, onClose);
  }

  /** Starts a cluster with flags of {@code fauxkube start}, such as {@code --nodes=3}. */
  public static FauxkubeCluster start(String... args) {
    return start(FauxkubeOptions.DEFAULT.withArgs(args));
  }

  /**
   * Starts a cluster on free ports, and returns as soon as it is ready. It ends with {@link #close()}, and with this
   * process, however that ends.
   *
   * @throws FauxkubeStartException that says what the server said
   */
  public static FauxkubeCluster start(FauxkubeOptions options) {
    return ServerProcess.start(options);
  }

  /** A cluster that runs already, by its administrator's kubeconfig. It goes on after {@link #close()}. */
  public static FauxkubeCluster connect(String kubeconfig) {
    return new FauxkubeCluster(kubeconfig, null, null, null, () -> {});
  }

  /** {@code https://127.0.0.1:6443}, or that of the virtual cluster. */
  public String url() {
    return credentials.server();
  }

  /** The name of a virtual cluster; null for a whole server. */
  public String name() {
    return name;
  }

  /** The administrator's kubeconfig: fabric8 takes it by {@code Config.fromKubeconfig}. */
  public String kubeconfig() {
    return kubeconfig;
  }

  /** A file with it, for {@code KUBECONFIG}; gone when the cluster is closed, or this process has ended. */
  public synchronized Path kubeconfigPath() {
    if (path != null) return path;
    try {
      folder = Folders.make();
      path = Files.writeString(folder.resolve("kubeconfig"), kubeconfig);
      return path;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /**
   * Asks any path, such as {@code /-/controllers}, and returns the answer's JSON.
   *
   * @param body a text goes out as it is, everything else as JSON; null for none
   * @throws FauxkubeException for an answer that is no success
   */
  public JsonNode admin(String method, String path, Object body) {
    return client.json(method, path, body);
  }

  /** Asks without a body. */
  public JsonNode admin(String method, String path) {
    return admin(method, path, null);
  }

  /** The text of an answer. */
  String text(String path) {
    return client.text("GET", path, null);
  }

  /** Creates or changes objects: YAML or JSON, any number of documents, in whatever order. */
  public void apply(String manifest) {
    admin("POST", "/-/apply", manifest);
  }

  /** Back to how the cluster was when it became ready. */
  public void reset() {
    admin("POST", "/-/reset");
  }

  /** Returns as soon as no controller has anything to do any more. */
  public void settle(Duration timeout) {
    admin("POST", "/-/settle", Map.of("timeoutSeconds", timeout.toMillis() / 1000.0));
  }

  /** How the cluster's clock is: {@code now}, {@code frozen}, {@code speed}. */
  public JsonNode clock() {
    return admin("GET", "/-/clock");
  }

  /**
   * Moves the cluster's clock: {@code Map.of("advance", "1h")}, {@code Map.of("freeze", true)}; with {@code
   * Map.of("set", "now")} it is real time again.
   */
  public JsonNode clock(Map<String, ?> change) {
    return admin("POST", "/-/clock", change);
  }

  /** From now on requests that the rule is about fail as it says. */
  public JsonNode addFault(Map<String, ?> rule) {
    return admin("POST", "/-/faults", rule);
  }

  /** No request fails on purpose any more. */
  public void clearFaults() {
    admin("DELETE", "/-/faults");
  }

  /** The journal of requests, all or those that the query is about: {@code Map.of("verb", "create")}. */
  public JsonNode requests(Map<String, String> query) {
    String text =
        query.entrySet().stream()
            .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    return admin("GET", text.isEmpty() ? "/-/requests" : "/-/requests?" + text);
  }

  /** Switches a controller off or on everywhere. */
  public void setController(String name, boolean enabled) {
    admin("PUT", "/-/controllers/" + encoded(name), Map.of("enabled", enabled));
  }

  /** Switches a controller off or on in one namespace. */
  public void setController(String name, boolean enabled, String namespace) {
    admin("PUT", "/-/controllers/" + encoded(name), Map.of("enabled", enabled, "namespace", namespace));
  }

  /** A virtual cluster on the same port, which begins as this one is and goes its own way from now on. */
  public FauxkubeCluster fork() {
    return fork(name == null ? "main" : name);
  }

  /**
   * A virtual cluster on the same port.
   *
   * @param from what it begins with: {@code fixtures} for how the server began, {@code empty}, the name of another
   */
  public FauxkubeCluster fork(String from) {
    return server.make(Map.of("from", from));
  }

  /**
   * A virtual cluster of a name.
   *
   * @param name a DNS label
   * @param from what it begins with
   */
  public FauxkubeCluster fork(String name, String from) {
    return server.make(Map.of("name", name, "from", from));
  }

  private FauxkubeCluster make(Map<String, String> wish) {
    JsonNode made = admin("POST", "/-/clusters", wish);
    String fork = made.path("name").asText();
    return new FauxkubeCluster(made.path("kubeconfig").asText(), fork, this, null, () -> forget(fork));
  }

  private void forget(String fork) {
    try {
      admin("DELETE", "/-/clusters/" + encoded(fork));
    } catch (FauxkubeException error) {
      if (error.status() != 404) throw error; // it was idle for too long
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Ends it, for good. Once is enough; more does no harm. */
  @Override
  public synchronized void close() {
    Runnable last = onClose;
    onClose = () -> {};
    try {
      last.run();
    } finally {
      if (folder != null) Folders.delete(folder);
      if (folder != null) path = null;
      folder = null;
    }
  }
}
