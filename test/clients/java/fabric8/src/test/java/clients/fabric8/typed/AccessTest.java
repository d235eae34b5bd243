package clients.fabric8.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clients.launcher.AsAdministrator;
import clients.launcher.AsUserOfNamespace;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AccessTest {
  private static final KubernetesClient client = new KubernetesClientBuilder().build();

  @AfterAll
  static void close() {
    client.close();
  }

  private static boolean may(String verb, String resource, String namespace) {
    var review =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withVerb(verb).withResource(resource).withNamespace(namespace)
            .endResourceAttributes()
            .endSpec()
            .build();
    return client.authorization().v1().selfSubjectAccessReview().create(review).getStatus().getAllowed();
  }

  @Test
  @DisplayName("a token of a service account may read what its role names, and nothing else")
  void token() {
    var account = new ServiceAccountBuilder().withNewMetadata().withName("reader").endMetadata().build();
    client.resource(account).create();
    var role =
        new RoleBuilder()
            .withNewMetadata().withName("reader").endMetadata()
            .addNewRule().withApiGroups("").withResources("configmaps").withVerbs("get", "list").endRule()
            .build();
    client.resource(role).create();
    var binding =
        new RoleBindingBuilder()
            .withNewMetadata().withName("reader").endMetadata()
            .withNewRoleRef().withApiGroup("rbac.authorization.k8s.io").withKind("Role").withName("reader").endRoleRef()
            .addNewSubject().withKind("ServiceAccount").withName("reader").withNamespace(client.getNamespace())
            .endSubject()
            .build();
    client.resource(binding).create();
    var request = new TokenRequestBuilder().withNewSpec().withExpirationSeconds(600L).endSpec().build();
    var token = client.serviceAccounts().withName("reader").tokenRequest(request).getStatus().getToken();

    var here = client.getConfiguration();
    var config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(here.getMasterUrl())
            .withCaCertData(here.getCaCertData())
            .withCaCertFile(here.getCaCertFile())
            .withTrustCerts(here.isTrustCerts())
            .withNamespace(here.getNamespace())
            .withOauthToken(token)
            .build();
    try (var reader = new KubernetesClientBuilder().withConfig(config).build()) {
      assertFalse(reader.configMaps().list().getItems().isEmpty());
      var refused = assertThrows(KubernetesClientException.class, () -> reader.secrets().list());
      assertEquals(403, refused.getCode());
      var who = "system:serviceaccount:" + client.getNamespace() + ":reader";
      var message =
          "secrets is forbidden: User \"" + who + "\" cannot list resource \"secrets\" in API group \"\""
              + " in the namespace \"" + client.getNamespace() + "\"";
      assertEquals(message, refused.getStatus().getMessage());
    }
    client.resource(binding).delete();
    client.resource(role).delete();
    client.resource(account).delete();
  }

  @Test
  @AsAdministrator
  @DisplayName("an administrator may do everything, and who it impersonates may not")
  void administrator() {
    assertTrue(may("delete", "nodes", null));
    var config = new ConfigBuilder(client.getConfiguration()).withImpersonateUsername("jane").build();
    try (var jane = new KubernetesClientBuilder().withConfig(config).build()) {
      var refused = assertThrows(KubernetesClientException.class, () -> jane.nodes().list());
      assertEquals(403, refused.getCode());
      assertTrue(refused.getMessage().contains("User \"jane\" cannot list resource \"nodes\""), refused.getMessage());
    }
  }

  @Test
  @AsUserOfNamespace
  @DisplayName("what lies outside of the namespace is forbidden, as an access review says")
  void outside() {
    assertTrue(may("create", "pods", client.getNamespace()));
    assertFalse(may("list", "pods", null));
    assertFalse(may("list", "nodes", null));
    var pods = assertThrows(KubernetesClientException.class, () -> client.pods().inAnyNamespace().list());
    assertEquals(403, pods.getCode());
    assertTrue(pods.getMessage().contains("at the cluster scope"), pods.getMessage());
    var nodes = assertThrows(KubernetesClientException.class, () -> client.nodes().list());
    assertEquals(403, nodes.getCode());
    var secrets = client.secrets().inNamespace("kube-system");
    assertEquals(403, assertThrows(KubernetesClientException.class, secrets::list).getCode());
  }
}
