package clients.operatorsdk;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Workflow;
import io.javaoperatorsdk.operator.api.reconciler.dependent.Dependent;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

@ControllerConfiguration(name = "webpages", finalizerName = WebPageReconciler.FINALIZER)
@Workflow(
    dependents = {
      @Dependent(name = "html", type = PageConfigMap.class),
      @Dependent(
          name = "web",
          type = PageDeployment.class,
          dependsOn = "html",
          readyPostcondition = PageDeployment.IsReady.class),
    })
public class WebPageReconciler implements Reconciler<WebPage>, Cleaner<WebPage> {
  static final String FINALIZER = "josdk.example.com/tidy";
  /** Names the page that a secret is the theme of. */
  static final String THEME_OF = "josdk.example.com/theme-of";

  @Override
  public List<EventSource<?, WebPage>> prepareEventSources(EventSourceContext<WebPage> context) {
    var themes =
        InformerEventSourceConfiguration.from(Secret.class, WebPage.class)
            .withName("themes")
            .withLabelSelector(THEME_OF)
            .withSecondaryToPrimaryMapper(
                it ->
                    Set.of(new ResourceID(it.getMetadata().getLabels().get(THEME_OF), it.getMetadata().getNamespace())))
            .build();
    return List.of(new InformerEventSource<>(themes, context));
  }

  @Override
  public UpdateControl<WebPage> reconcile(WebPage page, Context<WebPage> context) {
    if (page.getSpec().html.isBlank()) throw new IllegalArgumentException("it says nothing");
    var status = new WebPage.Status();
    status.observedGeneration = page.getMetadata().getGeneration();
    status.ready =
        context.managedWorkflowAndDependentResourceContext().getWorkflowReconcileResult().orElseThrow()
            .allDependentResourcesReady();
    status.theme =
        context.getSecondaryResource(Secret.class, "themes")
            .map(it -> new String(Base64.getDecoder().decode(it.getData().get("theme")), StandardCharsets.UTF_8))
            .orElse(null);
    return UpdateControl.patchStatus(withStatus(page, status));
  }

  @Override
  public ErrorStatusUpdateControl<WebPage> updateErrorStatus(
      WebPage page, Context<WebPage> context, Exception error) {
    var status = new WebPage.Status();
    status.error = error.getMessage();
    return ErrorStatusUpdateControl.patchStatus(withStatus(page, status)).withNoRetry();
  }

  /** Leaves a mark that nobody owns. */
  @Override
  public DeleteControl cleanup(WebPage page, Context<WebPage> context) {
    var mark =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("cleaned-" + page.getMetadata().getName())
            .withNamespace(page.getMetadata().getNamespace())
            .endMetadata()
            .build();
    context.getClient().resource(mark).serverSideApply();
    return DeleteControl.defaultDelete();
  }

  /** As server-side apply wants it: only what this controller says. */
  private static WebPage withStatus(WebPage page, WebPage.Status status) {
    var told = new WebPage();
    told.getMetadata().setName(page.getMetadata().getName());
    told.getMetadata().setNamespace(page.getMetadata().getNamespace());
    told.setStatus(status);
    return told;
  }
}
