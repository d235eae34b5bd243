package dev.fauxkube;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A container of the image that fauxkube's Dockerfile makes: takes {@code org.testcontainers:testcontainers}. */
public class FauxkubeContainer extends GenericContainer<FauxkubeContainer> {
  private static final int PORT = 6443;
  private static final String KUBECONFIG = "/kubeconfigs/host";

  private final String[] args;

  /** A container that will start with flags of {@code fauxkube start}. */
  public FauxkubeContainer(String image, String... args) {
    super(DockerImageName.parse(image));
    this.args = args.clone();
    withExposedPorts(PORT);
    waitingFor(Wait.forLogMessage(".*fauxkube is ready.*\\n", 1).withStartupTimeout(Duration.ofMinutes(1)));
  }

  @Override
  protected void configure() {
    setCommand(command(DockerClientFactory.instance().dockerHostIpAddress(), args));
  }

  /** The certificate has to be good for the name by which the engine's host is asked. */
  static String[] command(String host, String... args) {
    return Stream.concat(Stream.of("start", "--tls-san=" + host), Stream.of(args)).toArray(String[]::new);
  }

  /** The cluster, by the port that the engine chose. It ends with the container. */
  public FauxkubeCluster cluster() {
    String inner =
        copyFileFromContainer(
            KUBECONFIG, stream -> new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    return FauxkubeCluster.connect(outerKubeconfig(inner, getHost(), getMappedPort(PORT)));
  }

  /** The kubeconfig for whoever comes through a port of the engine's host. */
  static String outerKubeconfig(String kubeconfig, String host, int port) {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return kubeconfig.replaceAll("(?m)^( *server: ).*$", "$1https://" + name + ":" + port);
  }
}
