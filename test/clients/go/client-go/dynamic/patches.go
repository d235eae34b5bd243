package main

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"fauxkube/clients/program"
)

func (t *tabs) jsonPatch(ctx context.Context) error {
	patch := []byte(`[{"op":"add","path":"/spec/steps","value":[{"name":"x","run":"1"}]},
		{"op":"add","path":"/spec/steps/-","value":{"name":"y"}},{"op":"remove","path":"/spec/image"}]`)
	patched, err := t.resource("v1").Patch(ctx, "a", types.JSONPatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	_, err = t.resource("v1").Patch(ctx, "a", types.JSONPatchType, patch, metav1.PatchOptions{})
	return program.First(
		program.Expect("the steps", field(patched, "spec", "steps"), "[map[name:x run:1] map[name:y]]"),
		program.Expect("the image", field(patched, "spec", "image"), ""),
		program.Refused(err, metav1.StatusReasonInvalid,
			"the server rejected our request due to an error in our request"),
	)
}

func (t *tabs) mergePatch(ctx context.Context) error {
	patch := []byte(`{"spec":{"steps":[{"name":"z"}],"image":"four"},"metadata":{"labels":{"kind":"merged"}}}`)
	patched, err := t.resource("v1").Patch(ctx, "a", types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	stale := []byte(`{"metadata":{"resourceVersion":"1"},"spec":{"image":"five"}}`)
	_, err = t.resource("v1").Patch(ctx, "a", types.MergePatchType, stale, metav1.PatchOptions{})
	_, strategic := t.resource("v1").Patch(ctx, "a", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	return program.First(
		program.Expect("the steps", field(patched, "spec", "steps"), "[map[name:z]]"),
		program.Expect("the label", patched.GetLabels()["kind"], "merged"),
		program.Refused(err, metav1.StatusReasonConflict, "the object has been modified"),
		program.Refused(strategic, metav1.StatusReasonUnsupportedMediaType,
			"the body of the request was in an unknown format - accepted media types include: application/json-patch+json"),
	)
}

// Server-side apply merges a list by its keys, and knows who owns an entry.
func (t *tabs) apply(ctx context.Context) error {
	steps := func(names ...string) *unstructured.Unstructured {
		entries := []any{}
		for _, name := range names {
			entries = append(entries, map[string]any{"name": name, "run": "./" + name})
		}
		return tab("applied", map[string]any{"steps": entries})
	}
	one, two := metav1.ApplyOptions{FieldManager: "one"}, metav1.ApplyOptions{FieldManager: "two"}
	if _, err := t.resource("v1").Apply(ctx, "applied", steps("x", "y"), one); err != nil {
		return err
	}
	both, err := t.resource("v1").Apply(ctx, "applied", steps("z"), two)
	if err != nil {
		return err
	}
	less, err := t.resource("v1").Apply(ctx, "applied", steps("y"), one)
	if err != nil {
		return err
	}
	other := steps("y")
	other.Object["spec"].(map[string]any)["schedule"] = "0 0 * * *"
	_, err = t.resource("v1").Apply(ctx, "applied", other, two)
	refused := program.Refused(err, metav1.StatusReasonConflict,
		`Apply failed with 1 conflict: conflict with "one": .spec.schedule`)
	status := &unstructured.Unstructured{Object: map[string]any{"apiVersion": group + "/v1", "kind": "CronTab"}}
	status.SetName("applied")
	status.Object["status"] = map[string]any{"replicas": int64(1)}
	told, err := t.resource("v1").ApplyStatus(ctx, "applied", status, one)
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("both", field(both, "spec", "steps"),
			"[map[name:x run:./x] map[name:y run:./y] map[name:z run:./z]]"),
		program.Expect("what is left", field(less, "spec", "steps"), "[map[name:y run:./y] map[name:z run:./z]]"),
		refused,
		program.Expect("the status", field(told, "status", "replicas"), "1"),
		program.Expect("the managers", len(told.GetManagedFields()), 3),
	)
}

// A client that knows no kinds changes those of Kubernetes too.
func (t *tabs) builtIn(ctx context.Context) error {
	mapping, err := t.mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"})
	if err != nil {
		return err
	}
	deployments := t.client.Resource(mapping.Resource).Namespace(t.Namespace)
	container := map[string]any{"name": "main", "image": "nginx"}
	labels := map[string]any{"app": "web"}
	_, err = deployments.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1",
		"kind":       "Deployment",
		"metadata":   map[string]any{"name": "web"},
		"spec": map[string]any{
			"replicas": int64(0),
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{
				"metadata": map[string]any{"labels": labels},
				"spec":     map[string]any{"containers": []any{container}},
			},
		},
	}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	patch := []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox"}]}}}}`)
	patched, err := deployments.Patch(ctx, "web", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	patch = []byte(`{"spec":{"replicas":2}}`)
	scale, err := deployments.Patch(ctx, "web", types.MergePatchType, patch, metav1.PatchOptions{}, "scale")
	if err != nil {
		return err
	}
	containers, _, err := unstructured.NestedSlice(patched.Object, "spec", "template", "spec", "containers")
	return program.First(
		err,
		program.Expect("the number of containers", len(containers), 2),
		program.Expect("the kind of the scale", scale.GetKind(), "Scale"),
		program.Expect("its replicas", field(scale, "spec", "replicas"), "2"),
		deployments.Delete(ctx, "web", metav1.DeleteOptions{}),
	)
}

func (t *tabs) patches() {
	t.Check("a JSON patch goes through as a whole or not at all", t.jsonPatch)
	t.Check("a merge patch replaces lists, may conflict, and strategic ones are not for custom resources", t.mergePatch)
	t.Check("server-side apply merges a list by its keys and tells who owns a field", t.apply)
	t.Check("a strategic merge patch and a patch of the scale change a Deployment", t.builtIn)
}
