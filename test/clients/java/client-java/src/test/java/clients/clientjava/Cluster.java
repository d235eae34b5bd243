package clients.clientjava;

import com.google.gson.Gson;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.util.Config;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What all tests of this library need. */
public final class Cluster {
  public static final String NAMESPACE = System.getenv("NAMESPACE");

  private Cluster() {}

  /** A client without a limit of time for watches. */
  public static ApiClient client() {
    try {
      return Config.defaultClient().setReadTimeout(0);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  public static V1Status statusOf(ApiException refused) {
    return new Gson().fromJson(refused.getResponseBody(), V1Status.class);
  }
}
