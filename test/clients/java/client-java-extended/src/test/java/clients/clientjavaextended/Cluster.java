package clients.clientjavaextended;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.Configuration;
import io.kubernetes.client.util.Config;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What all tests of this library need. */
final class Cluster {
  static final String NAMESPACE = System.getenv("NAMESPACE");

  private Cluster() {}

  /** The default client as well, without a limit of time for watches. */
  static ApiClient client() {
    try {
      var client = Config.defaultClient().setReadTimeout(0);
      Configuration.setDefaultApiClient(client);
      return client;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
