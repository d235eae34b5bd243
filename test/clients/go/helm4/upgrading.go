package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/kube"
	ri "helm.sh/helm/v4/pkg/release"
	"helm.sh/helm/v4/pkg/release/common"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
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
	upgrade.Namespace, upgrade.WaitStrategy, upgrade.Timeout = s.namespace, kube.StatusWatcherStrategy, timeout
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
	found, err := released(s.upgrade().RunWithContext(ctx, name, s.chart, values{"text": "Hello again"}))
	if err != nil {
		return err
	}
	if found.Version != 2 || found.Info.Status != common.StatusDeployed {
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

func (s *session) conflicts(ctx context.Context) error {
	content := applycorev1.ConfigMap(name, s.namespace).WithData(map[string]string{"index.html": "Hello from somebody"})
	configMaps := s.client.CoreV1().ConfigMaps(s.namespace)
	_, err := configMaps.Apply(ctx, content, metav1.ApplyOptions{FieldManager: "somebody", Force: true})
	if err != nil {
		return err
	}
	text := values{"text": "Hello again and again"}
	_, err = s.upgrade().RunWithContext(ctx, name, s.chart, text)
	if err == nil || !strings.Contains(err.Error(), `conflict with "somebody": .data.index.html`) {
		return fmt.Errorf("is answered %v", err)
	}
	upgrade := s.upgrade()
	upgrade.ForceConflicts = true
	if _, err := upgrade.RunWithContext(ctx, name, s.chart, text); err != nil {
		return err
	}
	changed, err := configMaps.Get(ctx, name, metav1.GetOptions{})
	if err == nil && changed.Data["index.html"] != "Hello again and again\n" {
		err = fmt.Errorf("the page is %q", changed.Data["index.html"])
	}
	return err
}

func (s *session) fails(ctx context.Context) error {
	_, err := s.upgrade().RunWithContext(ctx, name, s.chart, values{"migration": "exit 1", "replicas": 5})
	if err == nil || !strings.Contains(err.Error(), "pre-upgrade hooks failed") ||
		!strings.Contains(err.Error(), "site-migration not ready. status: Failed") {
		return fmt.Errorf("is answered %v", err)
	}
	deployment, err := s.deployment(ctx)
	if err != nil {
		return err
	}
	if *deployment.Spec.Replicas != 2 {
		return fmt.Errorf("there are %d replicas", *deployment.Spec.Replicas)
	}
	found, err := released(action.NewStatus(s.Configuration).Run(name))
	if err == nil && (found.Version != 5 || found.Info.Status != common.StatusFailed) {
		err = fmt.Errorf("revision %d is %s", found.Version, found.Info.Status)
	}
	return err
}

func (s *session) fallsBack(ctx context.Context) error {
	upgrade := s.upgrade()
	upgrade.RollbackOnFailure, upgrade.Timeout = true, 6*time.Second
	_, err := upgrade.RunWithContext(ctx, name, s.chart, values{"path": "/missing", "migration": "exit 0"})
	if err == nil || !strings.Contains(err.Error(), "has been rolled back due to rollback-on-failure being set") {
		return fmt.Errorf("is answered %v", err)
	}
	found, err := released(action.NewStatus(s.Configuration).Run(name))
	if err != nil {
		return err
	}
	if found.Version != 7 || found.Info.Description != "Rollback to 4" {
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
	rollback.Version, rollback.WaitStrategy, rollback.Timeout = 1, kube.StatusWatcherStrategy, timeout
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
	for _, one := range revisions {
		revision, err := released(one, nil)
		if err != nil {
			return err
		}
		found = append(found, fmt.Sprintf("%d %s", revision.Version, revision.Info.Status))
	}
	slices.Sort(found)
	wanted := []string{
		"1 superseded", "2 superseded", "3 failed", "4 superseded", "5 failed", "6 failed", "7 superseded", "8 deployed",
	}
	if !slices.Equal(found, wanted) {
		return fmt.Errorf("the revisions are %v", found)
	}
	secrets, err := s.client.CoreV1().Secrets(s.namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "owner=helm,name=site,status=failed", FieldSelector: "type=helm.sh/release.v1",
	})
	if err == nil && len(secrets.Items) != 3 {
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
	isIt := func(one ri.Releaser) bool {
		found, err := released(one, nil)
		return err == nil && found.Namespace == namespace && found.Name == "wide"
	}
	if !slices.ContainsFunc(found, isIt) {
		return fmt.Errorf("the releases are %v", found)
	}
	uninstall := action.NewUninstall(configuration)
	uninstall.WaitStrategy, uninstall.Timeout = kube.StatusWatcherStrategy, timeout
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
	uninstall.WaitStrategy, uninstall.Timeout = kube.StatusWatcherStrategy, timeout
	gone, err := uninstall.Run(name)
	if err != nil {
		return err
	}
	found, err := released(gone.Release, nil)
	if err != nil {
		return err
	}
	if found.Info.Status != common.StatusUninstalled {
		return fmt.Errorf("it is %s", found.Info.Status)
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
