package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"fauxkube/clients/program"
)

func (t *typed) untilDeployment(ctx context.Context, holds func(deployment *appsv1.Deployment) bool) error {
	return program.Until(ctx, func(ctx context.Context) (bool, error) {
		found, err := t.Client.AppsV1().Deployments(t.Namespace).Get(ctx, "api", metav1.GetOptions{})
		return err == nil && found.Status.ObservedGeneration == found.Generation && holds(found), err
	})
}

func (t *typed) createDeployment(ctx context.Context) error {
	template := pod("api", "nginx:1.26")
	created, err := t.Client.AppsV1().Deployments(t.Namespace).Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "api"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "api"}},
		},
	}, metav1.CreateOptions{})
	refused := program.Refused(err, metav1.StatusReasonInvalid, `Deployment.apps "api" is invalid`,
		"spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`",
		"spec.template.spec.containers: Required value")
	if refused != nil {
		return refused
	}
	created = &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "api"}}
	created.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "api"}}
	created.Spec.Template.ObjectMeta.Labels = template.Labels
	created.Spec.Template.Spec = template.Spec
	if created, err = t.Client.AppsV1().Deployments(t.Namespace).Create(ctx, created,
		metav1.CreateOptions{}); err != nil {
		return err
	}
	err = t.untilDeployment(ctx, func(found *appsv1.Deployment) bool { return found.Status.UpdatedReplicas == 1 })
	return program.First(
		err,
		program.Expect("the replicas", *created.Spec.Replicas, 1),
		program.Expect("the strategy", created.Spec.Strategy.Type, appsv1.RollingUpdateDeploymentStrategyType),
		program.Expect("its surge", created.Spec.Strategy.RollingUpdate.MaxSurge.String(), "25%"),
		program.Expect("the generation", created.Generation, 1),
	)
}

func (t *typed) scale(ctx context.Context) error {
	deployments := t.Client.AppsV1().Deployments(t.Namespace)
	scale, err := deployments.GetScale(ctx, "api", metav1.GetOptions{})
	if err != nil {
		return err
	}
	stale := scale.DeepCopy()
	stale.ResourceVersion = "1"
	_, err = deployments.UpdateScale(ctx, "api", stale, metav1.UpdateOptions{})
	refused := program.Refused(err, metav1.StatusReasonConflict, "the object has been modified")
	scale.Spec.Replicas = 3
	scale.ResourceVersion = ""
	if scale, err = deployments.UpdateScale(ctx, "api", scale, metav1.UpdateOptions{}); err != nil {
		return err
	}
	return program.First(
		refused,
		program.Expect("the selector", scale.Status.Selector, "app=api"),
		program.Expect("the replicas", scale.Spec.Replicas, 3),
		t.untilDeployment(ctx, func(found *appsv1.Deployment) bool { return found.Status.Replicas == 3 }),
	)
}

// A change of the template makes a ReplicaSet, and the one before is kept for a rollback.
func (t *typed) rollOut(ctx context.Context) error {
	patch := []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"nginx:1.27"}]}}}}`)
	deployments := t.Client.AppsV1().Deployments(t.Namespace)
	patched, err := deployments.Patch(ctx, "api", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	err = t.untilDeployment(ctx, func(found *appsv1.Deployment) bool { return found.Status.UpdatedReplicas > 0 })
	if err != nil {
		return err
	}
	sets, err := t.Client.AppsV1().ReplicaSets(t.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=api"})
	if err != nil {
		return err
	}
	revisions := map[string]string{}
	for _, set := range sets.Items {
		if !metav1.IsControlledBy(&set, patched) {
			return fmt.Errorf("%s is controlled by %v", set.Name, set.OwnerReferences)
		}
		image := set.Spec.Template.Spec.Containers[0].Image
		revisions[set.Annotations["deployment.kubernetes.io/revision"]] = image
	}
	return program.First(
		program.Expect("the generation", patched.Generation, 3),
		program.Expect("the number of ReplicaSets", len(sets.Items), 2),
		program.Expect("the first image", revisions["1"], "nginx:1.26"),
		program.Expect("the second image", revisions["2"], "nginx:1.27"),
	)
}

// Needs nodes.
func (t *typed) available(ctx context.Context) error {
	return t.untilDeployment(ctx, func(found *appsv1.Deployment) bool {
		status := found.Status
		return status.AvailableReplicas == 3 && status.UpdatedReplicas == 3 && status.Replicas == 3
	})
}

func (t *typed) deleteDeployment(ctx context.Context) error {
	options := metav1.DeleteOptions{
		PropagationPolicy:  ptr.To(metav1.DeletePropagationForeground),
		GracePeriodSeconds: ptr.To(int64(0)),
	}
	if err := t.Client.AppsV1().Deployments(t.Namespace).Delete(ctx, "api", options); err != nil {
		return err
	}
	ending, err := t.Client.AppsV1().Deployments(t.Namespace).Get(ctx, "api", metav1.GetOptions{})
	if err == nil && fmt.Sprint(ending.Finalizers) != "[foregroundDeletion]" {
		return fmt.Errorf("has the finalizers %v", ending.Finalizers)
	}
	selected := metav1.ListOptions{LabelSelector: "app=api"}
	return program.Until(ctx, func(ctx context.Context) (bool, error) {
		_, err := t.Client.AppsV1().Deployments(t.Namespace).Get(ctx, "api", metav1.GetOptions{})
		if err == nil {
			return false, nil
		}
		sets, failed := t.Client.AppsV1().ReplicaSets(t.Namespace).List(ctx, selected)
		if failed != nil {
			return false, failed
		}
		return true, program.First(
			program.Refused(err, metav1.StatusReasonNotFound),
			program.Expect("the number of ReplicaSets that are left", len(sets.Items), 0),
		)
	})
}

func (t *typed) deployments() {
	t.Check("a bad Deployment is refused field by field, a good one has its defaults and a pod", t.createDeployment)
	t.Check("the scale of a Deployment is read and written", t.scale)
	t.Check("a new template makes a new revision", t.rollOut)
	t.Check("a rollout ends with all replicas available", t.available)
	t.Check("a Deployment that is deleted in the foreground goes after all that it owns", t.deleteDeployment)
}
