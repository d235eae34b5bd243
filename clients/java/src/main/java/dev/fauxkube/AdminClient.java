package dev.fauxkube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks one cluster with the credentials of its kubeconfig. */
final class AdminClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Credentials credentials;
  private final HttpClient http;

  AdminClient(Credentials credentials) {
    this.credentials = credentials;
    // Proxies of the environment are for other places.
    this.http =
        HttpClient.newBuilder()
            .proxy(HttpClient.Builder.NO_PROXY)
            .sslContext(credentials.sslContext())
            .connectTimeout(LIMIT)
            .build();
  }

  /** Texts go out as they are, everything else as JSON. */
  String text(String method, String path, Object body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(credentials.server() + path))
            .timeout(LIMIT)
            .header("Accept", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(written(body)));
    if (body != null)
      request.header("Content-Type", body instanceof String ? "application/yaml" : "application/json");
    if (credentials.token() != null) request.header("Authorization", "Bearer " + credentials.token());
    HttpResponse<String> answer;
    try {
      answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during " + method + " " + path, error);
    }
    if (answer.statusCode() < 300) return answer.body();
    throw new FauxkubeException(method, path, answer.statusCode(), answer.body());
  }

  JsonNode json(String method, String path, Object body) {
    String text = text(method, path, body);
    if (text.isBlank()) return MissingNode.getInstance();
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException error) {
      throw new IllegalStateException(method + " " + path + " did not answer in JSON", error);
    }
  }

  private static String written(Object body) {
    if (body instanceof String text) return text;
    try {
      return JSON.writeValueAsString(body);
    } catch (JsonProcessingException error) {
      throw new IllegalArgumentException("the body cannot be written as JSON", error);
    }
  }
}
