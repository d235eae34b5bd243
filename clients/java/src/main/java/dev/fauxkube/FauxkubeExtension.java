package dev.fauxkube;

import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** What {@link Fauxkube} registers. */
public final class FauxkubeExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(FauxkubeExtension.class);
  private static final String SERVER = "server";
  private static final String FORK = "fork";

  /** What JUnit closes when the context of its store ends, whatever the tests did. */
  private record Held(FauxkubeCluster cluster, AutoCloseable resource)
      implements Store.CloseableResource, AutoCloseable {
    @Override
    public void close() throws Exception {
      resource.close();
    }
  }

  /** Servers of the whole run are told apart by how they were started. */
  private record Started(List<String> args, String image) {}

  @Override
  public void beforeAll(ExtensionContext context) {
    Store store = context.getStore(NAMESPACE);
    // Classes inside of a class find what is there.
    if (store.get(SERVER) != null) return;
    Fauxkube wanted = annotation(context);
    Started how = new Started(List.of(wanted.args()), wanted.image());
    if (wanted.lives() == Fauxkube.Lives.CLASS) store.put(SERVER, start(how));
    else beginning(context).getOrComputeIfAbsent(how, FauxkubeExtension::start, Held.class);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    FauxkubeCluster server = server(context);
    switch (annotation(context).fresh()) {
      case RESET -> server.reset();
      case FORK -> {
        FauxkubeCluster fork = server.fork("fixtures");
        context.getStore(NAMESPACE).put(FORK, new Held(fork, fork));
      }
      case NONE -> {}
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == FauxkubeCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Held fork = context.getStore(NAMESPACE).get(FORK, Held.class);
    return fork == null ? server(context) : fork.cluster();
  }

  private static FauxkubeCluster server(ExtensionContext context) {
    Held own = context.getStore(NAMESPACE).get(SERVER, Held.class);
    if (own != null) return own.cluster();
    Fauxkube wanted = annotation(context);
    Started how = new Started(List.of(wanted.args()), wanted.image());
    return beginning(context).get(how, Held.class).cluster();
  }

  private static Store beginning(ExtensionContext context) {
    return context.getRoot().getStore(NAMESPACE);
  }

  private static Held start(Started how) {
    String[] args = how.args().toArray(new String[0]);
    if (how.image().isEmpty()) {
      FauxkubeCluster cluster = FauxkubeCluster.start(args);
      return new Held(cluster, cluster);
    }
    FauxkubeContainer container = new FauxkubeContainer(how.image(), args);
    container.start();
    return new Held(container.cluster(), container);
  }

  /** Of the class, or of one around it. */
  private static Fauxkube annotation(ExtensionContext context) {
    for (Class<?> type = context.getRequiredTestClass(); type != null; type = type.getEnclosingClass()) {
      Fauxkube found = type.getAnnotation(Fauxkube.class);
      if (found != null) return found;
    }
    throw new IllegalStateException("FauxkubeExtension takes its settings from @Fauxkube on the class");
  }
}
