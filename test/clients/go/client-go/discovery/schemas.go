package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/openapi"
	"k8s.io/client-go/openapi3"

	"fauxkube/clients/program"
)

func (f *finder) version2(context.Context) error {
	document, err := f.Client.Discovery().OpenAPISchema()
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, definition := range document.Definitions.AdditionalProperties {
		names[definition.Name] = true
	}
	return program.First(
		program.Expect("the format", document.Swagger, "2.0"),
		program.Expect("the title", document.Info.Title, "Kubernetes"),
		program.Expect("whether it has pods", names["io.k8s.api.core.v1.Pod"], true),
		program.Expect("whether it has gauges", names["com.example.discovery.v1.Gauge"], true),
	)
}

func (f *finder) version3(context.Context) error {
	root := openapi3.NewRoot(f.Client.Discovery().OpenAPIV3())
	versions, err := root.GroupVersions()
	if err != nil {
		return err
	}
	own := schema.GroupVersion{Group: "discovery.example.com", Version: "v1"}
	spec, err := root.GVSpec(own)
	if err != nil {
		return err
	}
	gauge := spec.Components.Schemas["com.example.discovery.v1.Gauge"]
	if gauge == nil {
		return fmt.Errorf("has no Gauge among %d schemas", len(spec.Components.Schemas))
	}
	kinds, err := json.Marshal(gauge.Extensions["x-kubernetes-group-version-kind"])
	if err != nil {
		return err
	}
	path := "/apis/" + gauges + "/namespaces/{namespace}/gauges/{name}/status"
	level := gauge.Properties["spec"].Properties["level"]
	_, missing := root.GVSpec(schema.GroupVersion{Group: "none.example.com", Version: "v1"})
	return program.First(
		program.Expect("whether it has apps/v1", slices.Contains(versions, schema.GroupVersion{Group: "apps",
			Version: "v1"}), true),
		program.Expect("the kinds", string(kinds), `[{"group":"discovery.example.com","kind":"Gauge","version":"v1"}]`),
		program.Expect("the level", fmt.Sprint(level.Type, *level.Minimum), "[integer] 0"),
		program.Expect("the text", gauge.Properties["spec"].Description, "What is wanted of it."),
		program.Expect("whether its status has a path", spec.Paths.Paths[path] != nil, true),
		program.Expect("whether another is missing", missing != nil, true),
	)
}

// A document has its hash in its address, in JSON as in protobuf, and may be kept for good.
func (f *finder) hashes(context.Context) error {
	config, counted := f.Counted()
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return err
	}
	apps := paths["apis/apps/v1"]
	if apps == nil {
		return fmt.Errorf("has no apps/v1 among %d", len(paths))
	}
	text, err := apps.Schema(runtime.ContentTypeJSON)
	if err != nil {
		return err
	}
	binary, err := apps.Schema(openapi.ContentTypeOpenAPIV3PB)
	if err != nil {
		return err
	}
	address := apps.ServerRelativeURL()
	return program.First(
		program.Expect("whether it is JSON", json.Valid(text), true),
		program.Expect("whether the other is", json.Valid(binary), false),
		program.Expect("whether the address has a hash", strings.Contains(address,
			"/openapi/v3/apis/apps/v1?hash="), true),
		program.Expect("the requests", asked(counted),
			"/openapi/v3 200, /openapi/v3/apis/apps/v1 200, /openapi/v3/apis/apps/v1 200"),
	)
}

func (f *finder) schemas() {
	f.Check("OpenAPI v2 has kinds of Kubernetes and custom ones", f.version2)
	f.Check("OpenAPI v3 of a group version has its schemas and paths", f.version3)
	f.Check("a document of OpenAPI v3 has its hash in its address, in JSON and protobuf", f.hashes)
}
