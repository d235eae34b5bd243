package main

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"fauxkube/clients/program"
)

const (
	asTable   = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
	asPartial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
	asList    = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
)

func (e *encoder) get(path, accept string) *rest.Request {
	client := e.Client.CoreV1().RESTClient()
	return client.Get().AbsPath(path).SetHeader("Accept", accept)
}

func (e *encoder) table(ctx context.Context, path, include string) (*metav1.Table, error) {
	answer, err := e.get(path, asTable).Param("includeObject", include).Do(ctx).Raw()
	if err != nil {
		return nil, err
	}
	table := &metav1.Table{}
	return table, json.Unmarshal(answer, table)
}

func columns(table *metav1.Table) string {
	names := []string{}
	for _, column := range table.ColumnDefinitions {
		names = append(names, column.Name)
	}
	return fmt.Sprint(names)
}

func (e *encoder) builtInTable(ctx context.Context) error {
	path := "/api/v1/namespaces/" + e.Namespace + "/configmaps"
	full, err := e.table(ctx, path+"/proto", "Object")
	if err != nil {
		return err
	}
	list, err := e.table(ctx, path, "None")
	if err != nil {
		return err
	}
	var object struct {
		Kind string            `json:"kind"`
		Data map[string]string `json:"data"`
	}
	if err := json.Unmarshal(full.Rows[0].Object.Raw, &object); err != nil {
		return err
	}
	_, err = e.table(ctx, path, "Everything")
	return program.First(
		program.Expect("the kind", full.APIVersion+" "+full.Kind, "meta.k8s.io/v1 Table"),
		program.Expect("the columns", columns(full), "[Name Data Age]"),
		program.Expect("the cells", fmt.Sprint(full.Rows[0].Cells[:2]), "[proto 3]"),
		program.Expect("the object", fmt.Sprint(object.Kind, " ", len(object.Data)), "ConfigMap 2"),
		program.Expect("whether a row without it has one", list.Rows[0].Object.Raw == nil, true),
		program.Expect("whether the list has a version", list.ResourceVersion != "", true),
		program.Refused(err, metav1.StatusReasonBadRequest),
	)
}

func (e *encoder) customTable(ctx context.Context) error {
	path := "/apis/encodings.example.com/v1/namespaces/" + e.Namespace + "/notes"
	table, err := e.table(ctx, path, "Metadata")
	if err != nil {
		return err
	}
	var object metav1.PartialObjectMetadata
	if err := json.Unmarshal(table.Rows[0].Object.Raw, &object); err != nil {
		return err
	}
	return program.First(
		program.Expect("the columns", columns(table), "[Name Text]"),
		program.Expect("the cells", fmt.Sprint(table.Rows[0].Cells), "[a b]"),
		program.Expect("the object", object.Kind+" "+object.Name, "PartialObjectMetadata a"),
	)
}

// Rows come one by one, and the columns with the first only.
func (e *encoder) tableWatch(ctx context.Context) error {
	path := "/api/v1/namespaces/" + e.Namespace + "/configmaps"
	request := e.get(path, asTable).Param("watch", "true").Param("resourceVersion", "0").
		Param("fieldSelector", "metadata.name=yaml")
	stream, err := request.Stream(ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	decoder := json.NewDecoder(stream)
	var told struct {
		Type   string
		Object metav1.Table
	}
	if err := decoder.Decode(&told); err != nil {
		return err
	}
	first := fmt.Sprint(told.Type, " ", columns(&told.Object), " ", told.Object.Rows[0].Cells[0])
	if err := e.Client.CoreV1().ConfigMaps(e.Namespace).Delete(ctx, "yaml", metav1.DeleteOptions{}); err != nil {
		return err
	}
	told.Object = metav1.Table{}
	if err := decoder.Decode(&told); err != nil {
		return err
	}
	return program.First(
		program.Expect("the first", first, "ADDED [Name Data Age] yaml"),
		program.Expect("the second", fmt.Sprint(told.Type, " ", columns(&told.Object), " ",
			told.Object.Rows[0].Cells[0]),
			"DELETED [] yaml"),
	)
}

func (e *encoder) partial(ctx context.Context) error {
	path := "/api/v1/namespaces/" + e.Namespace + "/configmaps"
	var one, list struct {
		Kind     string
		Metadata metav1.ListMeta
		Data     map[string]string
		Items    []metav1.PartialObjectMetadata
	}
	answer, err := e.get(path+"/proto", asPartial).Do(ctx).Raw()
	if err := program.First(err, json.Unmarshal(answer, &one)); err != nil {
		return err
	}
	answer, err = e.get(path, asList).Do(ctx).Raw()
	if err := program.First(err, json.Unmarshal(answer, &list)); err != nil {
		return err
	}
	// The list is asked for by the kind of a list only.
	wrong := e.get(path+"/proto", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1").Do(ctx).Error()
	other := e.get(path, "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v2").Do(ctx).Error()
	return program.First(
		program.Expect("the kind", fmt.Sprint(one.Kind, " ", len(one.Data)), "PartialObjectMetadata 0"),
		program.Expect("the kind of the list", list.Kind, "PartialObjectMetadataList"),
		program.Expect("the kind of an item", list.Items[0].Kind, "PartialObjectMetadata"),
		program.Refused(wrong, metav1.StatusReasonNotAcceptable),
		program.Refused(other, metav1.StatusReasonNotAcceptable),
	)
}

func (e *encoder) partialProtobuf(ctx context.Context) error {
	config, counted := e.Counted()
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	own := client.Resource(corev1.SchemeGroupVersion.WithResource("configmaps")).Namespace(e.Namespace)
	list, err := own.List(ctx, metav1.ListOptions{LabelSelector: "app=proto"})
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("the number in the list", len(list.Items), 1),
		program.Expect("the label", list.Items[0].Labels["app"], "proto"),
		program.Expect("the forms", forms(counted), "GET  200 protobuf"),
	)
}

func (e *encoder) nothing(ctx context.Context) error {
	err := e.get("/api/v1/namespaces/"+e.Namespace+"/configmaps", "text/html").Do(ctx).Error()
	body := e.Client.CoreV1().RESTClient().Post().Namespace(e.Namespace).Resource("configmaps").
		SetHeader("Content-Type", "text/plain").Body([]byte("x")).Do(ctx).Error()
	var media string
	any := e.get("/api/v1/namespaces/"+e.Namespace+"/configmaps", "text/html, */*;q=0.5").Do(ctx).ContentType(&media)
	return program.First(
		program.Refused(err, metav1.StatusReasonNotAcceptable, "406: Not Acceptable"),
		program.Refused(body, metav1.StatusReasonUnsupportedMediaType),
		any.Error(),
		program.Expect("the form of anything", media, runtime.ContentTypeJSON),
	)
}

func (e *encoder) tables() {
	e.Check("a table has columns and rows, with or without the objects", e.builtInTable)
	e.Check("the table of a custom resource has its own columns", e.customTable)
	e.Check("a watch of a table tells its columns once", e.tableWatch)
	e.Check("an object or a list is read as its metadata", e.partial)
	e.Check("metadata are read in protobuf", e.partialProtobuf)
	e.Check("a form that nobody has is refused", e.nothing)
}
