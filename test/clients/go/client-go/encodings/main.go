// Forms in which clients ask for objects: protobuf, CBOR, tables, metadata and YAML.
package main

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/features"
	"k8s.io/client-go/kubernetes"

	"fauxkube/clients/program"
)

type encoder struct {
	*program.Program
}

var notes = schema.GroupVersionResource{Group: "encodings.example.com", Version: "v1", Resource: "notes"}

func configMap(name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name}},
		Data:       map[string]string{"text": value},
		BinaryData: map[string][]byte{"bytes": {0, 255}},
	}
}

// What was sent and answered, each way once.
func forms(requests *program.Requests) string {
	lines := []string{}
	for _, exchange := range requests.Take() {
		line := fmt.Sprintf("%s %s %d %s", exchange.Method, exchange.Sent, exchange.Status, exchange.Answered)
		lines = append(lines, strings.ReplaceAll(line, runtime.ContentTypeProtobuf, "protobuf"))
	}
	return strings.Join(lines, ", ")
}

// Everything in protobuf: bodies, lists, watches and refusals.
func (e *encoder) protobuf(ctx context.Context) error {
	config, counted := e.Counted()
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeProtobuf, runtime.ContentTypeProtobuf
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(e.Namespace)
	created, err := maps.Create(ctx, configMap("proto", "ä"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	created.Data["more"] = ""
	updated, err := maps.Update(ctx, created, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "app=proto"})
	if err != nil {
		return err
	}
	_, missing := maps.Get(ctx, "none", metav1.GetOptions{})
	written := forms(counted)
	return program.First(
		program.Expect("the number of fields", len(updated.Data), 2),
		program.Expect("the number in the list", len(list.Items), 1),
		program.Expect("the text", list.Items[0].Data["text"], "ä"),
		program.Expect("the bytes", fmt.Sprint(list.Items[0].BinaryData["bytes"]), "[0 255]"),
		program.Refused(missing, metav1.StatusReasonNotFound, `configmaps "none" not found`),
		program.Expect("the forms", written,
			"POST protobuf 201 protobuf, PUT protobuf 200 protobuf, GET  200 protobuf, GET  404 protobuf"),
	)
}

func (e *encoder) protobufWatch(ctx context.Context) error {
	config, counted := e.Counted()
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeProtobuf, runtime.ContentTypeProtobuf
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	pods := client.CoreV1().Pods(e.Namespace)
	watcher, err := pods.Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "proto"}}
	pod.Spec.SchedulerName = "nobody"
	pod.Spec.Containers = []corev1.Container{{Name: "main", Image: "nginx"}}
	if _, err := pods.Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err := pods.Delete(ctx, "proto", metav1.DeleteOptions{}); err != nil {
		return err
	}
	for event := range watcher.ResultChan() {
		found, isPod := event.Object.(*corev1.Pod)
		if !isPod || found.Name != "proto" || found.Spec.Containers[0].TerminationMessagePolicy != "File" {
			return fmt.Errorf("is told %s of %v", event.Type, event.Object)
		}
		if event.Type == watch.Deleted {
			break
		}
	}
	return program.Expect("the forms", forms(counted),
		"GET  200 protobuf;stream=watch, POST protobuf 201 protobuf, DELETE protobuf 200 protobuf")
}

// Custom resources are in JSON only: who wants nothing else is refused.
func (e *encoder) customs(ctx context.Context) error {
	config, counted := e.Counted()
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	_, err = client.Resource(notes).Namespace(e.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	exchanges := counted.Take()
	path := "/apis/encodings.example.com/v1/namespaces/" + e.Namespace + "/notes"
	answer := e.Client.CoreV1().RESTClient().Get().AbsPath(path).SetHeader("Accept",
		runtime.ContentTypeProtobuf).Do(ctx)
	return program.First(
		// The last one: a resource that is just being made may ask to come again.
		program.Expect("the form", exchanges[len(exchanges)-1].Answered, runtime.ContentTypeJSON),
		program.Refused(answer.Error(), metav1.StatusReasonNotAcceptable),
	)
}

// A client that prefers CBOR is told by a server that has none, and goes on in JSON.
func (e *encoder) cbor(ctx context.Context) error {
	gates := features.FeatureGates()
	if !gates.Enabled(features.ClientsAllowCBOR) || !gates.Enabled(features.ClientsPreferCBOR) {
		return fmt.Errorf("the client has no CBOR")
	}
	config, counted := e.Counted()
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	own := client.Resource(notes).Namespace(e.Namespace)
	note := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "encodings.example.com/v1", "kind": "Note", "text": "a",
		"metadata": map[string]any{"name": "a"},
	}}
	_, refused := own.Create(ctx, note, metav1.CreateOptions{})
	if _, err := own.Create(ctx, note, metav1.CreateOptions{}); err != nil {
		return err
	}
	note.Object["text"] = "b"
	// Server-side apply does not fall back.
	_, unapplied := own.Apply(ctx, "a", note, metav1.ApplyOptions{FieldManager: "encoder", Force: true})
	patch := []byte(`{"text":"b"}`)
	patched, err := own.Patch(ctx, "a", types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	watcher, err := own.Watch(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	event := <-watcher.ResultChan()
	found, isNote := event.Object.(*unstructured.Unstructured)
	if !isNote || event.Type != watch.Added {
		return fmt.Errorf("is told %s of %v", event.Type, event.Object)
	}
	return program.First(
		program.Refused(refused, metav1.StatusReasonUnsupportedMediaType,
			"accepted media types include: application/json"),
		program.Refused(unapplied, metav1.StatusReasonUnsupportedMediaType, "application/apply-patch+yaml"),
		program.Expect("what is told", found.GetResourceVersion(), patched.GetResourceVersion()),
		program.Expect("the forms", forms(counted), "POST application/cbor 415 application/json, "+
			"POST application/json 201 application/json, PATCH application/apply-patch+cbor 415 application/json, "+
			"PATCH application/merge-patch+json 200 application/json, GET  200 application/json"),
	)
}

// As it is with kubectl: what is written by hand.
func (e *encoder) yaml(ctx context.Context) error {
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {text: |-\n  a\n  }\n"
	request := e.Client.CoreV1().RESTClient().Post().Namespace(e.Namespace).Resource("configmaps")
	err := request.SetHeader("Content-Type", "application/yaml").Body([]byte(text)).Do(ctx).Error()
	bad := program.Refused(err, metav1.StatusReasonBadRequest, "the object provided is unrecognized")
	text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata:\n  text: |-\n    a\n    b\n"
	request = e.Client.CoreV1().RESTClient().Post().Namespace(e.Namespace).Resource("configmaps")
	answer, err := request.SetHeader("Content-Type", "application/yaml").SetHeader("Accept", "application/yaml").
		Body([]byte(text)).Do(ctx).Raw()
	if err != nil {
		return err
	}
	twice := []byte(`{"metadata":{"labels":{"a":"1"}},"metadata":{"labels":{"a":"2"}}}`)
	_, err = e.Client.CoreV1().ConfigMaps(e.Namespace).Patch(ctx, "yaml", types.MergePatchType, twice,
		metav1.PatchOptions{FieldValidation: metav1.FieldValidationStrict})
	return program.First(
		bad,
		program.Expect("the beginning", strings.HasPrefix(string(answer),
			"apiVersion: v1\ndata:\n  text: |-\n    a\n    b\n"), true),
		program.Refused(err, metav1.StatusReasonInvalid, `duplicate field "metadata"`),
	)
}

func main() {
	e := &encoder{program.New()}
	e.Check("objects, lists and refusals are read and written in protobuf", e.protobuf)
	e.Check("a watch is told in protobuf", e.protobufWatch)
	e.Check("custom resources are in JSON", e.customs)
	e.Check("a client that prefers CBOR goes on in JSON where there is none", e.cbor)
	e.Check("an object is written and read as YAML", e.yaml)
	e.tables()
	e.End()
}
