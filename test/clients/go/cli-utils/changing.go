package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/cli-utils/pkg/apply"
	"sigs.k8s.io/cli-utils/pkg/common"
)

func (s *session) timesOut(ctx context.Context) error {
	soon := apply.ApplierOptions{ReconcileTimeout: 2 * time.Second}
	told, err := s.apply(ctx, "slow", soon, unready, dependent)
	if err != nil {
		return err
	}
	err = told.has("Apply Deployment unready Successful", "Wait Deployment unready Timeout",
		"Apply ConfigMap dependent Skipped")
	if err != nil {
		return err
	}
	if err := s.isAbsent(ctx, "dependent"); err != nil {
		return err
	}
	told, err = s.destroy(ctx, "slow", common.DryRunNone)
	if err != nil {
		return err
	}
	return told.has("Delete Deployment unready Successful", "Wait Deployment unready Successful")
}

func (s *session) prunes(ctx context.Context) error {
	if _, err := s.apply(ctx, "shop", apply.ApplierOptions{}, append(all, kept)...); err != nil {
		return err
	}
	told, err := s.apply(ctx, "shop", apply.ApplierOptions{}, all[1:]...)
	if err != nil {
		return err
	}
	if err := told.has("Prune ConfigMap settings Successful", "Wait ConfigMap settings Successful"); err != nil {
		return err
	}
	if err := told.has("Prune ConfigMap kept Skipped"); err != nil {
		return err
	}
	if err := s.isAbsent(ctx, "settings"); err != nil {
		return err
	}
	resource := s.client.Resource(configMaps).Namespace(s.namespace)
	found, err := resource.Get(ctx, "kept", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if owner, isOwned := found.GetAnnotations()["config.k8s.io/owning-inventory"]; isOwned {
		return fmt.Errorf("it still belongs to %s", owner)
	}
	return resource.Delete(ctx, "kept", metav1.DeleteOptions{})
}

func (s *session) refuses(ctx context.Context) error {
	circle := strings.Replace(settings, "metadata: {", "metadata: {annotations: "+
		"{config.kubernetes.io/depends-on: apps/namespaces/NAMESPACE/Deployment/unready}, ", 1)
	back := strings.Replace(unready, "metadata: {", "metadata: {annotations: "+
		"{config.kubernetes.io/depends-on: /namespaces/NAMESPACE/ConfigMap/settings}, ", 1)
	_, err := s.apply(ctx, "circle", apply.ApplierOptions{}, circle, back)
	if err == nil || !strings.Contains(err.Error(), "cyclic dependency") {
		return fmt.Errorf("a circle is answered %v", err)
	}
	_, err = s.apply(ctx, "circle", apply.ApplierOptions{}, strings.Replace(gadget, "Gadget", "Unknown", 1))
	if err == nil || !strings.Contains(err.Error(), "unknown resource type") {
		return fmt.Errorf("an unknown kind is answered %v", err)
	}
	return s.isAbsent(ctx, "circle")
}

func (s *session) defines(ctx context.Context) error {
	told, err := s.apply(ctx, "gadgets", apply.ApplierOptions{}, gadget, definition, role)
	if err != nil {
		return err
	}
	err = told.has(
		"Apply CustomResourceDefinition gadgets.cli-utils.example.com Successful",
		"Wait CustomResourceDefinition gadgets.cli-utils.example.com Successful",
		"Apply Gadget lamp Successful", "Wait Gadget lamp Successful",
	)
	if err != nil {
		return err
	}
	told, err = s.destroy(ctx, "gadgets", common.DryRunNone)
	if err != nil {
		return err
	}
	return told.has(
		"Delete Gadget lamp Successful", "Wait Gadget lamp Successful",
		"Delete CustomResourceDefinition gadgets.cli-utils.example.com Successful",
		"Wait CustomResourceDefinition gadgets.cli-utils.example.com Successful",
	)
}

func (s *session) isForbidden(ctx context.Context) error {
	_, err := s.apply(ctx, "mixed", apply.ApplierOptions{}, role, settings)
	// It watches all that it applies in the cluster when one of them belongs there.
	if err == nil || !strings.Contains(err.Error(), "at the cluster scope") {
		return fmt.Errorf("a ClusterRole is answered %v", err)
	}
	elsewhere := strings.ReplaceAll(settings, "NAMESPACE", "default")
	told, err := s.apply(ctx, "elsewhere", apply.ApplierOptions{}, elsewhere)
	if err != nil && strings.Contains(err.Error(), "is forbidden") {
		return nil
	}
	return fmt.Errorf("another namespace is answered %v, %v", told, err)
}

func (s *session) destroys(ctx context.Context) error {
	told, err := s.destroy(ctx, "shop", common.DryRunServer)
	if err != nil {
		return err
	}
	if err := told.has("Delete Deployment web Successful", "Delete Deployment database Successful"); err != nil {
		return err
	}
	resource := s.client.Resource(deployments).Namespace(s.namespace)
	if _, err := resource.Get(ctx, "web", metav1.GetOptions{}); err != nil {
		return fmt.Errorf("after a dry run: %w", err)
	}
	told, err = s.destroy(ctx, "shop", common.DryRunNone)
	if err != nil {
		return err
	}
	err = told.has(
		"Delete Deployment web Successful", "Wait Deployment web Successful",
		"Delete Job migration Successful", "Wait Job migration Successful",
		"Delete Deployment database Successful", "Wait Deployment database Successful",
	)
	if err != nil {
		return err
	}
	_, err = resource.Get(ctx, "database", metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return fmt.Errorf("the database is answered %v", err)
	}
	return errors.Join(s.isAbsent(ctx, "shop"), told.lacks("Delete Deployment database Failed"))
}
