package main

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	applyautoscaling "k8s.io/client-go/applyconfigurations/autoscaling/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"

	"fauxkube/clients/program"
)

func (t *typed) applyMap(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	ours := applycore.ConfigMap("shared", t.Namespace).WithData(map[string]string{"a": "ours", "b": "ours"})
	created, err := maps.Apply(ctx, ours, metav1.ApplyOptions{FieldManager: "ours"})
	if err != nil {
		return err
	}
	again, err := maps.Apply(ctx, ours, metav1.ApplyOptions{FieldManager: "ours"})
	if err != nil {
		return err
	}
	less, err := maps.Apply(ctx, applycore.ConfigMap("shared", t.Namespace).WithData(map[string]string{"a": "ours"}),
		metav1.ApplyOptions{FieldManager: "ours"})
	if err != nil {
		return err
	}
	_, kept := less.Data["b"]
	return program.First(
		program.Expect("the version after the same again", again.ResourceVersion, created.ResourceVersion),
		program.Expect("whether a field that is given up stays", kept, false),
		program.Expect("the operation", less.ManagedFields[0].Operation, metav1.ManagedFieldsOperationApply),
	)
}

func (t *typed) applyConflict(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	theirs := applycore.ConfigMap("shared", t.Namespace).WithData(map[string]string{"a": "theirs", "c": "theirs"})
	_, err := maps.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "theirs"})
	refused := program.Refused(err, metav1.StatusReasonConflict,
		`Apply failed with 1 conflict: conflict with "ours": .data.a`)
	forced, err := maps.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "theirs", Force: true})
	if err != nil {
		return err
	}
	return program.First(
		refused,
		program.Expect("the field", forced.Data["a"], "theirs"),
		program.Expect("its owners", len(forced.ManagedFields), 1),
		program.Expect("its owner", forced.ManagedFields[0].Manager, "theirs"),
	)
}

// Read, change and apply only what one owns.
func (t *typed) extract(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	found, err := maps.Get(ctx, "shared", metav1.GetOptions{})
	if err != nil {
		return err
	}
	found.Labels = map[string]string{"by": "update"}
	if found, err = maps.Update(ctx, found, metav1.UpdateOptions{FieldManager: "editor"}); err != nil {
		return err
	}
	extracted, err := applycore.ExtractConfigMap(found, "theirs")
	if err != nil {
		return err
	}
	if len(extracted.Labels) > 0 || len(extracted.Data) != 2 {
		return fmt.Errorf("extracts %v with %v", extracted.Data, extracted.Labels)
	}
	applied, err := maps.Apply(ctx, extracted.WithData(map[string]string{"d": "theirs"}),
		metav1.ApplyOptions{FieldManager: "theirs", Force: true})
	if err != nil {
		return err
	}
	managers := []string{}
	for _, entry := range applied.ManagedFields {
		managers = append(managers, entry.Manager)
	}
	slices.Sort(managers)
	return program.First(
		program.Expect("the number of fields", len(applied.Data), 3),
		program.Expect("the label", applied.Labels["by"], "update"),
		program.Expect("the managers", fmt.Sprint(managers), "[editor theirs]"),
	)
}

func (t *typed) applyDeployment(ctx context.Context) error {
	labels := map[string]string{"app": "applied"}
	container := applycore.Container().WithName("main").WithImage("nginx").
		WithPorts(applycore.ContainerPort().WithContainerPort(80))
	desired := applyapps.Deployment("applied", t.Namespace).WithSpec(applyapps.DeploymentSpec().
		WithSelector(applymeta.LabelSelector().WithMatchLabels(labels)).
		WithReplicas(1).
		WithTemplate(applycore.PodTemplateSpec().WithLabels(labels).WithSpec(applycore.PodSpec().WithContainers(container))))
	deployments := t.Client.AppsV1().Deployments(t.Namespace)
	if _, err := deployments.Apply(ctx, desired, metav1.ApplyOptions{FieldManager: "deployer"}); err != nil {
		return err
	}
	scale := applyautoscaling.Scale().WithSpec(applyautoscaling.ScaleSpec().WithReplicas(2))
	_, err := deployments.ApplyScale(ctx, "applied", scale, metav1.ApplyOptions{FieldManager: "scaler"})
	refused := program.Refused(err, metav1.StatusReasonConflict, `conflict with "deployer": .spec.replicas`)
	scaled, err := deployments.ApplyScale(ctx, "applied", scale, metav1.ApplyOptions{FieldManager: "scaler",
		Force: true})
	if err != nil {
		return err
	}
	_, err = deployments.Apply(ctx, desired, metav1.ApplyOptions{FieldManager: "deployer"})
	lost := program.Refused(err, metav1.StatusReasonConflict, `conflict with "scaler" with subresource "scale"`)
	return program.First(
		refused,
		lost,
		program.Expect("the scale", scaled.Spec.Replicas, 2),
		deployments.Delete(ctx, "applied", metav1.DeleteOptions{}),
	)
}

func (t *typed) apply() {
	t.Check("server-side apply creates, changes nothing the second time, and removes what is given up", t.applyMap)
	t.Check("server-side apply with a conflict tells who owns the field, and forced takes it over", t.applyConflict)
	t.Check("what a manager owns is extracted, changed and applied", t.extract)
	t.Check("an applied Deployment conflicts with who applies its scale", t.applyDeployment)
}
