package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/cli-utils/pkg/apply"
	"sigs.k8s.io/cli-utils/pkg/common"
	"sigs.k8s.io/cli-utils/pkg/inventory"
)

var all = []string{settings, database, migration, service, web}

func (s *session) isAbsent(ctx context.Context, name string) error {
	_, err := s.client.Resource(configMaps).Namespace(s.namespace).Get(ctx, name, metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return fmt.Errorf("the ConfigMap %s is answered %v", name, err)
	}
	return nil
}

func (s *session) tries(ctx context.Context) error {
	// What waits for the Service's address cannot be tried before there is one.
	options := apply.ApplierOptions{
		DryRunStrategy:    common.DryRunServer,
		ServerSideOptions: common.ServerSideOptions{FieldManager: "cli-utils"},
	}
	told, err := s.apply(ctx, "shop", options, all[:4]...)
	if err != nil {
		return err
	}
	err = told.has("Apply ConfigMap settings Successful", "Apply Deployment database Successful",
		"Apply Job migration Successful")
	if err != nil {
		return err
	}
	return errors.Join(s.isAbsent(ctx, "settings"), s.isAbsent(ctx, "shop"))
}

func (s *session) applies(ctx context.Context) error {
	told, err := s.apply(ctx, "shop", apply.ApplierOptions{}, all...)
	if err != nil {
		return err
	}
	err = told.has(
		"Apply Deployment database Successful", "Wait Deployment database Successful",
		"Apply Job migration Successful", "Wait Job migration Successful",
		"Apply Deployment web Successful", "Wait Deployment web Successful",
	)
	if err != nil {
		return err
	}
	found, err := s.client.Resource(deployments).Namespace(s.namespace).Get(ctx, "web", metav1.GetOptions{})
	if err != nil {
		return err
	}
	ready, _, _ := unstructured.NestedInt64(found.Object, "status", "readyReplicas")
	text, err := found.MarshalJSON()
	if err != nil {
		return err
	}
	if ready != 2 || !strings.Contains(string(text), `"name":"ADDRESS","value":"http://1`) {
		return fmt.Errorf("%d replicas are ready of %s", ready, text)
	}
	if owner := found.GetAnnotations()["config.k8s.io/owning-inventory"]; owner != s.namespace+"-shop" {
		return fmt.Errorf("it belongs to %q", owner)
	}
	return nil
}

func (s *session) keepsInventory(ctx context.Context) error {
	found, err := s.client.Resource(configMaps).Namespace(s.namespace).Get(ctx, "shop", metav1.GetOptions{})
	if err != nil {
		return err
	}
	data, _, err := unstructured.NestedStringMap(found.Object, "data")
	if err != nil {
		return err
	}
	if len(data) != len(all) {
		return fmt.Errorf("it has %v", data)
	}
	status := data[s.namespace+"_web_apps_Deployment"]
	for _, wanted := range []string{`"actuation":"Succeeded"`, `"reconcile":"Succeeded"`, `"strategy":"Apply"`} {
		if !strings.Contains(status, wanted) {
			return fmt.Errorf("of the Deployment it has %s", status)
		}
	}
	return nil
}

func (s *session) conflicts(ctx context.Context) error {
	patch := []byte(`{"apiVersion": "v1", "kind": "ConfigMap", "data": {"colour": "red"}}`)
	resource := s.client.Resource(configMaps).Namespace(s.namespace)
	options := metav1.PatchOptions{FieldManager: "somebody", Force: new(true)}
	if _, err := resource.Patch(ctx, "settings", types.ApplyPatchType, patch, options); err != nil {
		return err
	}
	serverSide := common.ServerSideOptions{ServerSideApply: true, FieldManager: "cli-utils"}
	told, err := s.apply(ctx, "shop", apply.ApplierOptions{ServerSideOptions: serverSide}, all...)
	if err != nil {
		return err
	}
	if err := told.has("Apply ConfigMap settings Failed"); err != nil {
		return err
	}
	if reason := told.reasons["settings"].Error(); !strings.Contains(reason, `conflict with "somebody": .data.colour`) {
		return fmt.Errorf("it has failed with %s", reason)
	}
	serverSide.ForceConflicts = true
	told, err = s.apply(ctx, "shop", apply.ApplierOptions{ServerSideOptions: serverSide}, all...)
	if err != nil {
		return err
	}
	return told.has("Apply ConfigMap settings Successful", "Apply Deployment web Successful")
}

func (s *session) respectsOthers(ctx context.Context) error {
	told, err := s.apply(ctx, "thief", apply.ApplierOptions{InventoryPolicy: inventory.PolicyMustMatch}, service)
	if err != nil {
		return err
	}
	if err := told.has("Apply Service web Skipped"); err != nil {
		return err
	}
	if reason := told.reasons["web"]; !errors.Is(reason, &inventory.PolicyPreventedActuationError{
		Strategy: 0, Policy: inventory.PolicyMustMatch, Status: inventory.NoMatch,
	}) {
		return fmt.Errorf("it was skipped for %v", reason)
	}
	_, err = s.destroy(ctx, "thief", common.DryRunNone)
	return err
}
