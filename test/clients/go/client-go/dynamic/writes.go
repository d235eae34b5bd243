package main

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/util/retry"

	"fauxkube/clients/program"
)

func (t *tabs) create(ctx context.Context) error {
	created, err := t.resource("v1").Create(ctx, tab("a", map[string]any{"image": "one", "unknown": "x"}),
		metav1.CreateOptions{FieldValidation: metav1.FieldValidationIgnore})
	if err != nil {
		return err
	}
	_, err = t.resource("v1").Create(ctx, tab("b", map[string]any{"unknown": "x"}),
		metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict})
	older, inOlder := t.resource("v1beta1").Get(ctx, "a", metav1.GetOptions{})
	if inOlder != nil {
		return inOlder
	}
	return program.First(
		program.Refused(err, metav1.StatusReasonBadRequest, `strict decoding error: unknown field "spec.unknown"`),
		program.Expect("the default", field(created, "spec", "replicas"), "1"),
		program.Expect("what is unknown", field(created, "spec", "unknown"), ""),
		program.Expect("the generation", created.GetGeneration(), 1),
		program.Expect("the version that is asked for", older.GetAPIVersion(), group+"/v1beta1"),
		program.Expect("its uid", older.GetUID(), created.GetUID()),
	)
}

func (t *tabs) invalid(ctx context.Context) error {
	bad := tab("bad", map[string]any{"schedule": "never", "replicas": int64(11), "image": "none"})
	_, err := t.resource("v1").Create(ctx, bad, metav1.CreateOptions{})
	refused := program.Refused(err, metav1.StatusReasonInvalid, `CronTab.dynamic.example.com "bad" is invalid`,
		`spec.schedule: Invalid value: "never": spec.schedule in body should match '^(\S+ ){4}\S+$'`,
		"spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10",
		"an image is something")
	var status apierrors.APIStatus
	if refused != nil || !errors.As(err, &status) {
		return refused
	}
	return program.Expect("the number of causes", len(status.Status().Details.Causes), 3)
}

// The status is another resource: neither changes what is the other's.
func (t *tabs) status(ctx context.Context) error {
	found, err := t.resource("v1").Get(ctx, "a", metav1.GetOptions{})
	if err != nil {
		return err
	}
	changed := found.DeepCopy()
	changed.Object["status"] = map[string]any{"replicas": int64(7)}
	changed.Object["spec"].(map[string]any)["image"] = "two"
	main, err := t.resource("v1").Update(ctx, changed, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	_, stale := t.resource("v1").UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	changed.SetResourceVersion(main.GetResourceVersion())
	changed.Object["spec"].(map[string]any)["image"] = "three"
	status, err := t.resource("v1").UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("the status of the first", field(main, "status", "replicas"), ""),
		program.Expect("its generation", main.GetGeneration(), 2),
		program.Refused(stale, metav1.StatusReasonConflict, `crontabs.dynamic.example.com "a"`),
		program.Expect("the status of the second", field(status, "status", "replicas"), "7"),
		program.Expect("its image", field(status, "spec", "image"), "two"),
		program.Expect("its generation", status.GetGeneration(), 2),
	)
}

func (t *tabs) scale(ctx context.Context) error {
	patch := []byte(`{"status":{"replicas":2,"selector":"app=a"}}`)
	_, err := t.resource("v1").Patch(ctx, "a", types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	if err != nil {
		return err
	}
	resolver := scale.NewDiscoveryScaleKindResolver(t.Client.Discovery())
	scales, err := scale.NewForConfig(t.Config, t.mapper, dynamic.LegacyAPIPathResolverFunc, resolver)
	if err != nil {
		return err
	}
	resource := schema.GroupResource{Group: group, Resource: "crontabs"}
	found, err := scales.Scales(t.Namespace).Get(ctx, resource, "a", metav1.GetOptions{})
	if err != nil {
		return err
	}
	seen := fmt.Sprint(found.Spec.Replicas, found.Status.Replicas, " ", found.Status.Selector)
	found.Spec.Replicas = 5
	scaled, err := scales.Scales(t.Namespace).Update(ctx, resource, found, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	scaled.Spec.Replicas = 50
	_, err = scales.Scales(t.Namespace).Update(ctx, resource, scaled, metav1.UpdateOptions{})
	// As an autoscaler without a client for scales does it.
	direct, failed := t.resource("v1").Get(ctx, "a", metav1.GetOptions{}, "scale")
	if failed != nil {
		return failed
	}
	return program.First(
		program.Expect("the scale", seen, "1 2 app=a"),
		program.Refused(err, metav1.StatusReasonInvalid, "spec.replicas in body should be less than or equal to 10"),
		program.Expect("the kind", direct.GetAPIVersion()+" "+direct.GetKind(), "autoscaling/v1 Scale"),
		program.Expect("the replicas", field(direct, "spec", "replicas"), "5"),
	)
}

func (t *tabs) retry(ctx context.Context) error {
	tries := 0
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		tries++
		found, err := t.resource("v1").Get(ctx, "a", metav1.GetOptions{})
		if err != nil {
			return err
		}
		if tries == 1 {
			patch := []byte(`{"metadata":{"annotations":{"example.com/by":"another"}}}`)
			if _, err := t.resource("v1").Patch(ctx, "a", types.MergePatchType, patch,
				metav1.PatchOptions{}); err != nil {
				return err
			}
		}
		if err := unstructured.SetNestedField(found.Object, "0 0 * * *", "spec", "schedule"); err != nil {
			return err
		}
		_, err = t.resource("v1").Update(ctx, found, metav1.UpdateOptions{})
		return err
	})
	return program.First(err, program.Expect("the number of tries", tries, 2))
}

func (t *tabs) writes() {
	t.Check("a custom resource is pruned and has its defaults, in each of its versions", t.create)
	t.Check("its schema and its rules name every bad field", t.invalid)
	t.Check("its status and its spec are written apart", t.status)
	t.Check("its scale is read and written through the client for scales", t.scale)
	t.Check("an update that conflicts is tried again", t.retry)
}
