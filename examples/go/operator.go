// Package websites makes a Deployment of each Website, and writes into its status how many replicas are ready.
package websites

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

var (
	websites    = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "websites"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
)

// Operator reconciles the Websites of all namespaces.
type Operator struct {
	Client dynamic.Interface
}

// Run reconciles whenever a Website or a Deployment changes, until the context ends.
func (o Operator) Run(ctx context.Context) error {
	sites, err := o.Client.Resource(websites).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	defer sites.Stop()
	owned, err := o.Client.Resource(deployments).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	defer owned.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-sites.ResultChan():
			if !open {
				return ctx.Err()
			}
			if site, ok := event.Object.(*unstructured.Unstructured); ok {
				err = o.Reconcile(ctx, site.GetNamespace(), site.GetName())
			}
		case event, open := <-owned.ResultChan():
			if !open {
				return ctx.Err()
			}
			if deployment, ok := event.Object.(*unstructured.Unstructured); ok {
				err = o.reconcileOwner(ctx, deployment)
			}
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
}

func (o Operator) reconcileOwner(ctx context.Context, deployment *unstructured.Unstructured) error {
	owner := metav1.GetControllerOf(deployment)
	if owner == nil || owner.Kind != "Website" {
		return nil
	}
	return o.Reconcile(ctx, deployment.GetNamespace(), owner.Name)
}

// Reconcile takes one Website a step further.
func (o Operator) Reconcile(ctx context.Context, namespace, name string) error {
	sites, owned := o.Client.Resource(websites).Namespace(namespace), o.Client.Resource(deployments).Namespace(namespace)
	site, err := sites.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil // its Deployment goes without anybody's help
	} else if err != nil {
		return err
	}
	deployment, err := owned.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = owned.Create(ctx, deploymentOf(site), metav1.CreateOptions{})
		return err
	} else if err != nil {
		return err
	}
	ready, _, _ := unstructured.NestedInt64(deployment.Object, "status", "readyReplicas")
	if known, found, _ := unstructured.NestedInt64(site.Object, "status", "readyReplicas"); found && known == ready {
		return nil
	}
	if err := unstructured.SetNestedField(site.Object, ready, "status", "readyReplicas"); err != nil {
		return err
	}
	_, err = sites.UpdateStatus(ctx, site, metav1.UpdateOptions{})
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil // somebody changed or deleted it, and so there is another event
	}
	return err
}

func deploymentOf(site *unstructured.Unstructured) *unstructured.Unstructured {
	labels := map[string]any{"website": site.GetName()}
	image, _, _ := unstructured.NestedString(site.Object, "spec", "image")
	replicas, _, _ := unstructured.NestedInt64(site.Object, "spec", "replicas")
	deployment := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1",
		"kind":       "Deployment",
		"spec": map[string]any{
			"replicas": replicas,
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{
				"metadata": map[string]any{"labels": labels},
				"spec": map[string]any{
					"containers": []any{map[string]any{"name": "web", "image": image}},
				},
			},
		},
	}}
	deployment.SetName(site.GetName())
	deployment.SetOwnerReferences([]metav1.OwnerReference{
		*metav1.NewControllerRef(site, websites.GroupVersion().WithKind("Website")),
	})
	return deployment
}
