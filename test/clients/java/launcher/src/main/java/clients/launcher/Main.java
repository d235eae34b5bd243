package clients.launcher;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.PackageSelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests of the packages that are its arguments. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    List<PackageSelector> packages = Stream.of(args).map(it -> selectPackage(it)).toList();
    var request = LauncherDiscoveryRequestBuilder.request().selectors(packages).build();
    var lines = new Lines();
    LauncherFactory.create().execute(request, lines);
    System.exit(lines.hasFailure() ? 1 : 0);
  }
}
