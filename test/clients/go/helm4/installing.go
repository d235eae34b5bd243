package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/kube"
	ri "helm.sh/helm/v4/pkg/release"
	"helm.sh/helm/v4/pkg/release/common"
	release "helm.sh/helm/v4/pkg/release/v1"
	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// released is a release of this version of charts.
func released(releaser ri.Releaser, err error) (*release.Release, error) {
	if err != nil {
		return nil, err
	}
	found, isRelease := releaser.(*release.Release)
	if !isRelease {
		return nil, fmt.Errorf("it is a %T", releaser)
	}
	return found, nil
}

func (s *session) install(namespace, name string) *action.Install {
	install := action.NewInstall(s.Configuration)
	install.Namespace, install.ReleaseName = namespace, name
	install.WaitStrategy, install.WaitForJobs, install.Timeout = kube.StatusWatcherStrategy, true, timeout
	return install
}

func (s *session) deployment(ctx context.Context) (*appsv1.Deployment, error) {
	return s.client.AppsV1().Deployments(s.namespace).Get(ctx, name, metav1.GetOptions{})
}

func (s *session) tries(ctx context.Context) error {
	install := s.install(s.namespace, name)
	install.DryRunStrategy = action.DryRunServer
	found, err := released(install.RunWithContext(ctx, s.chart, values{}))
	if err != nil {
		return err
	}
	if !strings.Contains(found.Manifest, "kind: PodDisruptionBudget") {
		return errors.New("the server is not known to have PodDisruptionBudgets")
	}
	if strings.TrimSpace(found.Info.Notes) != `site serves "Hello from a chart".` {
		return fmt.Errorf("the notes are %q", found.Info.Notes)
	}
	secrets, err := s.client.CoreV1().Secrets(s.namespace).List(ctx, metav1.ListOptions{LabelSelector: "owner=helm"})
	if err != nil || len(secrets.Items) > 0 {
		return fmt.Errorf("there are %d releases, %w", len(secrets.Items), err)
	}
	if _, err := s.deployment(ctx); !apierrors.IsNotFound(err) {
		return fmt.Errorf("the Deployment is answered %v", err)
	}
	return nil
}

func (s *session) installs(ctx context.Context) error {
	found, err := released(s.install(s.namespace, name).RunWithContext(ctx, s.chart, values{"replicas": 2}))
	if err != nil {
		return err
	}
	if found.Info.Status != common.StatusDeployed || found.Version != 1 {
		return fmt.Errorf("revision %d is %s", found.Version, found.Info.Status)
	}
	deployment, err := s.deployment(ctx)
	if err != nil {
		return err
	}
	if deployment.Status.ReadyReplicas < 1 || deployment.Annotations["meta.helm.sh/release-name"] != name {
		return fmt.Errorf("%d replicas are ready of %v", deployment.Status.ReadyReplicas, deployment.Annotations)
	}
	_, err = s.client.BatchV1().Jobs(s.namespace).Get(ctx, "site-migration", metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return fmt.Errorf("the Job of the hook, which has succeeded, is answered %v", err)
	}
	note, err := s.client.CoreV1().ConfigMaps(s.namespace).Get(ctx, "site-note", metav1.GetOptions{})
	if err == nil && note.Data["revision"] != "1" {
		err = fmt.Errorf("the note is of revision %s", note.Data["revision"])
	}
	return err
}

func (s *session) reads(context.Context) error {
	list := action.NewList(s.Configuration)
	list.StateMask, list.Filter = action.ListDeployed, "^si"
	found, err := list.Run()
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errors.New("there is none")
	}
	if one, isOne := found[0].(*release.Release); !isOne || len(found) != 1 || one.Name != name {
		return fmt.Errorf("there are %d releases: %v", len(found), found)
	}
	given, err := action.NewGetValues(s.Configuration).Run(name)
	if err != nil {
		return err
	}
	if len(given) != 1 || fmt.Sprint(given["replicas"]) != "2" {
		return fmt.Errorf("the values are %v", given)
	}
	status := action.NewStatus(s.Configuration)
	told, err := released(status.Run(name))
	if err != nil {
		return err
	}
	var kinds []string
	for kind, objects := range told.Info.Resources {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, len(objects)))
	}
	slices.Sort(kinds)
	wanted := []string{
		"v1/ConfigMap 1", "v1/Deployment 1", "v1/Pod(related) 1", "v1/PodDisruptionBudget 1", "v1/Secret 1",
		"v1/Service 1",
	}
	if !slices.Equal(kinds, wanted) {
		return fmt.Errorf("its resources are %v", kinds)
	}
	return nil
}

func (s *session) refuses(ctx context.Context) error {
	_, err := s.install(s.namespace, name).RunWithContext(ctx, s.chart, values{})
	if err == nil || !strings.Contains(err.Error(), "cannot reuse a name that is still in use") {
		return fmt.Errorf("the name is answered %v", err)
	}
	const taken = "taken"
	if err := s.createPlain(ctx, taken); err != nil {
		return err
	}
	_, err = s.install(s.namespace, taken).RunWithContext(ctx, s.chart, values{})
	words := "exists and cannot be imported into the current release: invalid ownership"
	if err == nil || !strings.Contains(err.Error(), words) {
		return fmt.Errorf("what is there already is answered %v", err)
	}
	return s.client.CoreV1().Services(s.namespace).Delete(ctx, taken, metav1.DeleteOptions{})
}

func (s *session) passesItsTest(context.Context) error {
	testing := action.NewReleaseTesting(s.Configuration)
	testing.Namespace, testing.Timeout = s.namespace, timeout
	answer, shutDown, err := testing.Run(name)
	found, err := released(answer, errors.Join(err, shutDown()))
	if err != nil {
		return err
	}
	isTest := func(hook *release.Hook) bool { return slices.Contains(hook.Events, release.HookTest) }
	index := slices.IndexFunc(found.Hooks, isTest)
	if index < 0 || found.Hooks[index].LastRun.Phase != release.HookPhaseSucceeded {
		return fmt.Errorf("the hooks are %v", found.Hooks)
	}
	var log bytes.Buffer
	if err := testing.GetPodLogs(&log, found); err != nil {
		return err
	}
	if !strings.Contains(log.String(), "Hello again") {
		return fmt.Errorf("the log of the test is %q", log.String())
	}
	return nil
}

func (s *session) label(ctx context.Context) error {
	patch := []byte(`{"metadata": {"labels": {"team": "blue"}}, "spec": {"paused": false, "minReadySeconds": 0}}`)
	deployments := s.client.AppsV1().Deployments(s.namespace)
	_, err := deployments.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}
