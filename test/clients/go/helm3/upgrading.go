package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/release"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (s *session) createPlain(ctx context.Context, name string) error {
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
	}
	_, err := s.client.CoreV1().Services(s.namespace).Create(ctx, service, metav1.CreateOptions{})
	return err
}

func (s *session) upgrade() *action.Upgrade {
	upgrade := action.NewUpgrade(s.Configuration)
	upgrade.Namespace, upgrade.Wait, upgrade.Timeout = s.namespace, true, timeout
	upgrade.ReuseValues = true
	return upgrade
}

func (s *session) password(ctx context.Context) (string, error) {
	secret, err := s.client.CoreV1().Secrets(s.namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	return string(secret.Data["password"]), nil
}

func (s *session) upgrades(ctx context.Context) error {
	before, err := s.password(ctx)
	if err != nil {
		return err
	}
	if err := s.label(ctx); err != nil {
		return err
	}
	found, err := s.upgrade().RunWithContext(ctx, name, s.chart, values{"text": "Hello again"})
	if err != nil {
		return err
	}
	if found.Version != 2 || found.Info.Status != release.StatusDeployed {
		return fmt.Errorf("revision %d is %s", found.Version, found.Info.Status)
	}
	deployment, err := s.deployment(ctx)
	if err != nil {
		return err
	}
	if deployment.Labels["team"] != "blue" || *deployment.Spec.Replicas != 2 || deployment.Generation != 2 {
		replicas := *deployment.Spec.Replicas
		return fmt.Errorf("generation %d: %v, %d replicas", deployment.Generation, deployment.Labels, replicas)
	}
	after, err := s.password(ctx)
	if err == nil && (after != before || len(after) != 20) {
		err = fmt.Errorf("the password was %q and is %q", before, after)
	}
	return err
}

func (s *session) fails(ctx context.Context) error {
	_, err := s.upgrade().RunWithContext(ctx, name, s.chart, values{"migration": "exit 1", "replicas": 5})
	if err == nil || !strings.Contains(err.Error(), "pre-upgrade hooks failed") ||
		!strings.Contains(err.Error(), "BackoffLimitExceeded") {
		return fmt.Errorf("is answered %v", err)
	}
	deployment, err := s.deployment(ctx)
	if err != nil {
		return err
	}
	if *deployment.Spec.Replicas != 2 {
		return fmt.Errorf("there are %d replicas", *deployment.Spec.Replicas)
	}
	found, err := action.NewStatus(s.Configuration).Run(name)
	if err == nil && (found.Version != 3 || found.Info.Status != release.StatusFailed) {
		err = fmt.Errorf("revision %d is %s", found.Version, found.Info.Status)
	}
	return err
}

func (s *session) fallsBack(ctx context.Context) error {
	upgrade := s.upgrade()
	upgrade.Atomic, upgrade.Timeout = true, 6*time.Second
	_, err := upgrade.RunWithContext(ctx, name, s.chart, values{"path": "/missing", "migration": "exit 0"})
	if err == nil || !strings.Contains(err.Error(), "has been rolled back due to atomic being set") {
		return fmt.Errorf("is answered %v", err)
	}
	found, err := action.NewStatus(s.Configuration).Run(name)
	if err != nil {
		return err
	}
	if found.Version != 5 || found.Info.Description != "Rollback to 2" {
		return fmt.Errorf("revision %d is %q", found.Version, found.Info.Description)
	}
	deployment, err := s.deployment(ctx)
	if err == nil && deployment.Spec.Template.Spec.Containers[0].ReadinessProbe.HTTPGet.Path != "/" {
		err = fmt.Errorf("the Deployment is %v", deployment.Spec.Template.Spec.Containers[0].ReadinessProbe)
	}
	return err
}

func (s *session) rollsBack(ctx context.Context) error {
	rollback := action.NewRollback(s.Configuration)
	rollback.Version, rollback.Wait, rollback.Timeout = 1, true, timeout
	if err := rollback.Run(name); err != nil {
		return err
	}
	content, err := s.client.CoreV1().ConfigMaps(s.namespace).Get(ctx, name, metav1.GetOptions{})
	if err == nil && content.Data["index.html"] != "Hello from a chart\n" {
		err = fmt.Errorf("the page is %q", content.Data["index.html"])
	}
	return err
}

func (s *session) remembers(ctx context.Context) error {
	revisions, err := action.NewHistory(s.Configuration).Run(name)
	if err != nil {
		return err
	}
	var found []string
	for _, revision := range revisions {
		found = append(found, fmt.Sprintf("%d %s", revision.Version, revision.Info.Status))
	}
	slices.Sort(found)
	wanted := []string{"1 superseded", "2 superseded", "3 failed", "4 failed", "5 superseded", "6 deployed"}
	if !slices.Equal(found, wanted) {
		return fmt.Errorf("the revisions are %v", found)
	}
	secrets, err := s.client.CoreV1().Secrets(s.namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "owner=helm,name=site,status=failed", FieldSelector: "type=helm.sh/release.v1",
	})
	if err == nil && len(secrets.Items) != 2 {
		err = fmt.Errorf("%d Secrets are of failed revisions", len(secrets.Items))
	}
	return err
}

func (s *session) isClusterWide(ctx context.Context) error {
	namespace := s.namespace + "-new"
	configuration, err := configurationOf(namespace)
	if err != nil {
		return err
	}
	there := &session{Configuration: configuration, chart: s.chart, client: s.client, namespace: namespace}
	install := there.install(namespace, "wide")
	install.CreateNamespace = true
	if _, err := install.RunWithContext(ctx, s.chart, values{"clusterWide": true}); err != nil {
		return err
	}
	roles := s.client.RbacV1().ClusterRoles()
	if _, err := roles.Get(ctx, namespace+"-wide", metav1.GetOptions{}); err != nil {
		return err
	}
	all, err := configurationOf("")
	if err != nil {
		return err
	}
	list := action.NewList(all)
	list.AllNamespaces, list.StateMask = true, action.ListDeployed
	found, err := list.Run()
	if err != nil {
		return err
	}
	isIt := func(one *release.Release) bool { return one.Namespace == namespace && one.Name == "wide" }
	if !slices.ContainsFunc(found, isIt) {
		return fmt.Errorf("the releases are %v", found)
	}
	uninstall := action.NewUninstall(configuration)
	uninstall.Wait, uninstall.Timeout = true, timeout
	if _, err := uninstall.Run("wide"); err != nil {
		return err
	}
	if _, err := roles.Get(ctx, namespace+"-wide", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return fmt.Errorf("the ClusterRole is answered %v", err)
	}
	return s.client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{})
}

func (s *session) isForbidden(ctx context.Context) error {
	all, err := configurationOf("")
	if err != nil {
		return err
	}
	list := action.NewList(all)
	list.AllNamespaces = true
	if _, err := list.Run(); err == nil || !strings.Contains(err.Error(), `cannot list resource "secrets"`) {
		return fmt.Errorf("the list is answered %v", err)
	}
	_, err = s.install(s.namespace, "wide").RunWithContext(ctx, s.chart, values{"clusterWide": true})
	if err == nil || !strings.Contains(err.Error(), `cannot get resource "clusterroles"`) {
		return fmt.Errorf("the ClusterRole is answered %v", err)
	}
	return nil
}

func (s *session) uninstalls(ctx context.Context) error {
	uninstall := action.NewUninstall(s.Configuration)
	uninstall.Wait, uninstall.Timeout = true, timeout
	gone, err := uninstall.Run(name)
	if err != nil {
		return err
	}
	if gone.Release.Info.Status != release.StatusUninstalled {
		return fmt.Errorf("it is %s", gone.Release.Info.Status)
	}
	labelled := metav1.ListOptions{LabelSelector: "app.kubernetes.io/instance=site"}
	if _, err := s.deployment(ctx); !apierrors.IsNotFound(err) {
		return fmt.Errorf("the Deployment is answered %v", err)
	}
	secrets, err := s.client.CoreV1().Secrets(s.namespace).List(ctx, labelled)
	if err != nil || len(secrets.Items) > 0 {
		return fmt.Errorf("%d Secrets are left, %w", len(secrets.Items), err)
	}
	kept, err := s.client.CoreV1().Secrets(s.namespace).List(ctx, metav1.ListOptions{LabelSelector: "owner=helm"})
	if err != nil || len(kept.Items) > 0 {
		return fmt.Errorf("%d revisions are left, %w", len(kept.Items), err)
	}
	return nil
}
