package clients.launcher;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests of a package. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    var request = LauncherDiscoveryRequestBuilder.request().selectors(selectPackage(args[0])).build();
    var lines = new Lines();
    LauncherFactory.create().execute(request, lines);
    System.exit(lines.hasFailure() ? 1 : 0);
  }
}
