package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	applyappsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	"k8s.io/client-go/util/retry"

	"fauxkube/clients/outcome"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

func (s *session) holder(ctx context.Context) (string, error) {
	found := &coordinationv1.Lease{}
	if err := s.direct.Get(ctx, s.key(lease), found); err != nil {
		return "", err
	}
	if found.Spec.HolderIdentity == nil || found.Spec.RenewTime == nil {
		return "", errors.New("the Lease names no holder")
	}
	return *found.Spec.HolderIdentity, nil
}

func (s *session) elected(ctx context.Context) error {
	select {
	case <-s.Elected():
	case err := <-s.stopped:
		return fmt.Errorf("has stopped: %w", err)
	}
	holder, err := s.holder(ctx)
	if err == nil && holder == "" {
		err = errors.New("nobody holds the Lease")
	}
	return err
}

// isServed waits until a website says of its newest generation that it is ready.
func (s *session) isServed(ctx context.Context, name string) error {
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		website := &Website{}
		if err := s.GetClient().Get(ctx, s.key(name), website); err != nil {
			return err
		}
		ready := meta.FindStatusCondition(website.Status.Conditions, isReady)
		if ready == nil || ready.Status != metav1.ConditionTrue || ready.ObservedGeneration != website.Generation {
			return fmt.Errorf("generation %d has the condition %v", website.Generation, ready)
		}
		if website.Status.ReadyReplicas != *website.Spec.Replicas {
			return fmt.Errorf("%d of %d replicas are ready", website.Status.ReadyReplicas, *website.Spec.Replicas)
		}
		return nil
	})
}

func (s *session) serves(ctx context.Context) error {
	website := s.website("home", "nginx", 2)
	if err := s.GetClient().Create(ctx, website); err != nil {
		return err
	}
	if err := s.isServed(ctx, "home"); err != nil {
		return err
	}
	deployment, err := s.deploymentOf(ctx, "home")
	if err != nil {
		return err
	}
	if !metav1.IsControlledBy(deployment, website) || !*deployment.OwnerReferences[0].BlockOwnerDeletion {
		return fmt.Errorf("the Deployment is owned by %v", deployment.OwnerReferences)
	}
	if deployment.Status.ReadyReplicas != 2 {
		return fmt.Errorf("%d replicas of the Deployment are ready", deployment.Status.ReadyReplicas)
	}
	return nil
}

func (s *session) filters(ctx context.Context) error {
	website := s.website("quiet", "nginx", 1)
	if err := s.GetClient().Create(ctx, website); err != nil {
		return err
	}
	if err := s.isServed(ctx, "quiet"); err != nil {
		return err
	}
	annotated := website.DeepCopy()
	annotated.Annotations = map[string]string{"note": "nothing that matters"}
	if err := s.GetClient().Patch(ctx, annotated, client.MergeFrom(website)); err != nil {
		return err
	}
	if annotated.Generation != 1 {
		return fmt.Errorf("an annotation has made generation %d", annotated.Generation)
	}
	changed := annotated.DeepCopy()
	changed.Spec.Replicas = new(int32(2))
	if err := s.GetClient().Patch(ctx, changed, client.MergeFrom(annotated)); err != nil {
		return err
	}
	return outcome.Eventually(ctx, func(context.Context) error {
		if told := s.audit.toldOf("quiet"); !slices.Equal(told, []int64{1, 2}) {
			return fmt.Errorf("the controller was told of generations %v", told)
		}
		return nil
	})
}

func (s *session) rollsOut(ctx context.Context) error {
	settings := s.configMap("settings", map[string]string{"colour": "green"})
	if err := s.GetClient().Create(ctx, settings); err != nil {
		return err
	}
	website := s.website("configured", "nginx", 1)
	website.Spec.Settings = settings.Name
	if err := s.GetClient().Create(ctx, website); err != nil {
		return err
	}
	if err := s.isServed(ctx, "configured"); err != nil {
		return err
	}
	before, err := s.deploymentOf(ctx, "configured")
	if err != nil {
		return err
	}
	settings.Data["colour"] = "blue"
	if err := s.GetClient().Update(ctx, settings); err != nil {
		return err
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		after, err := s.deploymentOf(ctx, "configured")
		if err != nil {
			return err
		}
		was, is := before.Spec.Template.Annotations[settingsHash], after.Spec.Template.Annotations[settingsHash]
		if was == is || was == "" || is == "" {
			return fmt.Errorf("the hash was %q and is %q", was, is)
		}
		revision := after.Annotations["deployment.kubernetes.io/revision"]
		if revision != "2" || after.Status.UpdatedReplicas != 1 || after.Status.Replicas != 1 {
			return fmt.Errorf("revision %s has %d of %d replicas", revision, after.Status.UpdatedReplicas, after.Status.Replicas)
		}
		return nil
	})
}

func (s *session) makesAgain(ctx context.Context) error {
	before, err := s.deploymentOf(ctx, "home")
	if err != nil {
		return err
	}
	wrongUID := client.Preconditions{UID: &before.OwnerReferences[0].UID}
	if err := s.direct.Delete(ctx, before, wrongUID); !apierrors.IsConflict(err) {
		return fmt.Errorf("a deletion of another uid is answered %v", err)
	}
	if err := s.direct.Delete(ctx, before, client.Preconditions{UID: &before.UID}); err != nil {
		return err
	}
	err = outcome.Eventually(ctx, func(ctx context.Context) error {
		after, err := s.deploymentOf(ctx, "home")
		if err == nil && after.UID == before.UID {
			err = errors.New("it is still the old Deployment")
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.isServed(ctx, "home")
}

func (s *session) conflicts(ctx context.Context) error {
	stranger := client.FieldOwner("stranger")
	wanted := applyappsv1.Deployment("home", s.namespace).WithSpec(applyappsv1.DeploymentSpec().WithReplicas(5))
	err := s.direct.Apply(ctx, wanted, stranger)
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "website-controller"`) ||
		!strings.Contains(err.Error(), ".spec.replicas") {
		return fmt.Errorf("is answered %v", err)
	}
	if err := s.direct.Apply(ctx, wanted, stranger, client.ForceOwnership); err != nil {
		return err
	}
	// The controller, which is told of the change, takes its field back.
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		deployment, err := s.deploymentOf(ctx, "home")
		if err != nil {
			return err
		}
		owns := func(entry metav1.ManagedFieldsEntry) bool {
			return entry.Manager == string(stranger) && strings.Contains(string(entry.FieldsV1.Raw), "f:replicas")
		}
		if *deployment.Spec.Replicas != 2 || slices.ContainsFunc(deployment.ManagedFields, owns) {
			return fmt.Errorf("%d replicas, %v", *deployment.Spec.Replicas, deployment.ManagedFields)
		}
		return nil
	})
}

func (s *session) scales(ctx context.Context) error {
	website := s.website("home", "nginx", 2)
	// The controller writes the status meanwhile.
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		scale := &autoscalingv1.Scale{}
		if err := s.direct.SubResource("scale").Get(ctx, website, scale); err != nil {
			return err
		}
		if scale.Spec.Replicas != 2 || scale.Status.Selector != "website=home" {
			return fmt.Errorf("the scale is %v %v", scale.Spec, scale.Status)
		}
		scale.Spec.Replicas = 3
		return s.direct.SubResource("scale").Update(ctx, website, client.WithSubResourceBody(scale))
	})
	if err != nil {
		return err
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		deployment, err := s.deploymentOf(ctx, "home")
		if err == nil && deployment.Status.ReadyReplicas != 3 {
			err = fmt.Errorf("%d replicas are ready", deployment.Status.ReadyReplicas)
		}
		return err
	})
}

func (s *session) deletesAll(ctx context.Context) error {
	if err := s.direct.DeleteAllOf(ctx, &Website{}, client.InNamespace(s.namespace)); err != nil {
		return err
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		deployments := &appsv1.DeploymentList{}
		if err := s.direct.List(ctx, deployments, client.InNamespace(s.namespace), client.HasLabels{"website"}); err != nil {
			return err
		}
		if len(deployments.Items) > 0 {
			return fmt.Errorf("%d Deployments are left", len(deployments.Items))
		}
		return nil
	})
}

func (s *session) handsOver(ctx context.Context, scheme *runtime.Scheme) error {
	was, err := s.holder(ctx)
	if err != nil {
		return err
	}
	next, err := start(ctx, s.config, scheme)
	if err != nil {
		return err
	}
	if !next.GetCache().WaitForCacheSync(ctx) {
		return errors.New("the cache of the next manager is not filled")
	}
	select {
	case <-next.Elected():
		return errors.New("there are two leaders")
	default:
	}
	s.stop()
	if err := <-s.stopped; err != nil {
		return fmt.Errorf("the first manager ended with %w", err)
	}
	<-next.Elected()
	is, err := s.holder(ctx)
	if err != nil {
		return err
	}
	if is == was {
		return fmt.Errorf("the Lease still names %s", was)
	}
	if err := next.GetClient().Create(ctx, next.website("late", "nginx", 1)); err != nil {
		return err
	}
	if err := next.isServed(ctx, "late"); err != nil {
		return err
	}
	next.stop()
	return <-next.stopped
}
