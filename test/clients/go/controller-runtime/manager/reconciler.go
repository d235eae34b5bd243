package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"

	applyappsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	owner         = client.FieldOwner("website-controller")
	settingsHash  = "hosting.example.com/settings"
	bySettings    = "spec.settings"
	byImage       = "spec.image"
	isReady       = "Ready"
	reasonServed  = "Served"
	reasonStarted = "Starting"
)

// websiteReconciler keeps a Deployment for each website.
type websiteReconciler struct {
	client.Client
	recorder events.EventRecorder
}

func (r *websiteReconciler) setUp(manager ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(manager).
		For(&Website{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&appsv1.Deployment{}).
		Watches(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(r.thoseWithSettings)).
		Complete(r)
}

func (r *websiteReconciler) thoseWithSettings(ctx context.Context, settings client.Object) []reconcile.Request {
	found := &WebsiteList{}
	named := client.MatchingFields{bySettings: settings.GetName()}
	if err := r.List(ctx, found, client.InNamespace(settings.GetNamespace()), named); err != nil {
		return nil
	}
	var requests []reconcile.Request
	for _, item := range found.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&item)})
	}
	return requests
}

func (r *websiteReconciler) hashOfSettings(ctx context.Context, website *Website) (string, error) {
	if website.Spec.Settings == "" {
		return "", nil
	}
	settings := &corev1.ConfigMap{}
	key := client.ObjectKey{Namespace: website.Namespace, Name: website.Spec.Settings}
	if err := r.Get(ctx, key, settings); err != nil {
		return "", client.IgnoreNotFound(err)
	}
	data, err := json.Marshal(settings.Data)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))[:16], nil
}

func deploymentOf(website *Website, hash string) *applyappsv1.DeploymentApplyConfiguration {
	labels := map[string]string{"website": website.Name}
	container := applycorev1.Container().WithName("page").WithImage(website.Spec.Image).
		WithPorts(applycorev1.ContainerPort().WithContainerPort(80))
	template := applycorev1.PodTemplateSpec().WithLabels(labels).
		WithAnnotations(map[string]string{settingsHash: hash}).
		WithSpec(applycorev1.PodSpec().WithContainers(container))
	return applyappsv1.Deployment(website.Name, website.Namespace).WithLabels(labels).
		WithOwnerReferences(applymetav1.OwnerReference().
			WithAPIVersion(websites.String()).WithKind("Website").WithName(website.Name).WithUID(website.UID).
			WithController(true).WithBlockOwnerDeletion(true)).
		WithSpec(applyappsv1.DeploymentSpec().
			WithReplicas(*website.Spec.Replicas).
			WithSelector(applymetav1.LabelSelector().WithMatchLabels(labels)).
			WithTemplate(template))
}

// Reconcile applies the Deployment of a website, and tells in its status how that does.
func (r *websiteReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	website := &Website{}
	if err := r.Get(ctx, request.NamespacedName, website); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !website.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	hash, err := r.hashOfSettings(ctx, website)
	if err != nil {
		return ctrl.Result{}, err
	}
	if err := r.Apply(ctx, deploymentOf(website, hash), owner, client.ForceOwnership); err != nil {
		return ctrl.Result{}, err
	}
	deployment := &appsv1.Deployment{}
	if err := r.Get(ctx, request.NamespacedName, deployment); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !metav1.IsControlledBy(deployment, website) {
		return ctrl.Result{}, &controllerutil.AlreadyOwnedError{Object: deployment}
	}
	return ctrl.Result{}, r.tell(ctx, website, deployment)
}

func (r *websiteReconciler) tell(ctx context.Context, website *Website, deployment *appsv1.Deployment) error {
	before := website.DeepCopy()
	wanted, ready := *website.Spec.Replicas, deployment.Status.ReadyReplicas
	isServed := deployment.Status.ObservedGeneration >= deployment.Generation &&
		deployment.Status.UpdatedReplicas == wanted && ready == wanted && deployment.Status.Replicas == wanted
	condition := metav1.Condition{
		Type: isReady, Status: metav1.ConditionFalse, Reason: reasonStarted, ObservedGeneration: website.Generation,
		Message: fmt.Sprintf("%d of %d replicas are ready", ready, wanted),
	}
	if isServed {
		condition.Status, condition.Reason = metav1.ConditionTrue, reasonServed
	}
	wasReady := meta.IsStatusConditionTrue(website.Status.Conditions, isReady)
	meta.SetStatusCondition(&website.Status.Conditions, condition)
	website.Status.ReadyReplicas = ready
	website.Status.ObservedGeneration = website.Generation
	website.Status.Selector = "website=" + website.Name
	if err := r.Status().Patch(ctx, website, client.MergeFrom(before)); err != nil {
		return client.IgnoreNotFound(err)
	}
	if isServed && !wasReady {
		r.recorder.Eventf(website, deployment, corev1.EventTypeNormal, reasonServed, "Reconcile",
			"Deployment %s serves %s", deployment.Name, website.Spec.Image)
	}
	return nil
}
