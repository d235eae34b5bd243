package main

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

//go:embed config
var config embed.FS

const (
	instance = "app.kubernetes.io/instance"
	shop     = "shop"
)

// build makes the objects of the overlay in a namespace, after somebody has edited what lies on top of it.
func build(namespace string, edit func(*types.Kustomization)) ([]*unstructured.Unstructured, error) {
	files := filesys.MakeFsInMemory()
	err := fs.WalkDir(config, "config", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := config.ReadFile(path)
		if err != nil {
			return err
		}
		return files.WriteFile("/"+path, content)
	})
	if err != nil {
		return nil, err
	}
	top := &types.Kustomization{
		Resources: []string{"../overlay"},
		Namespace: namespace,
		Labels:    []types.Label{{Pairs: map[string]string{instance: shop}}},
	}
	if edit != nil {
		edit(top)
	}
	content, err := yaml.Marshal(top)
	if err != nil {
		return nil, err
	}
	if err := files.WriteFile("/config/top/kustomization.yaml", content); err != nil {
		return nil, err
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, "/config/top")
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
	for _, resource := range made.Resources() {
		content, err := resource.MarshalJSON()
		if err != nil {
			return nil, err
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(content); err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// annotated runs objects through a pipeline that annotates them.
func annotated(objects []*unstructured.Unstructured, key, value string) ([]*unstructured.Unstructured, error) {
	var input, output bytes.Buffer
	for _, object := range objects {
		content, err := yaml.Marshal(object)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&input, "---\n%s", content)
	}
	annotate := kio.FilterFunc(func(nodes []*kyaml.RNode) ([]*kyaml.RNode, error) {
		for _, node := range nodes {
			if err := node.PipeE(kyaml.SetAnnotation(key, value)); err != nil {
				return nil, err
			}
		}
		return nodes, nil
	})
	err := kio.Pipeline{
		Inputs:  []kio.Reader{&kio.ByteReader{Reader: &input, OmitReaderAnnotations: true}},
		Filters: []kio.Filter{annotate},
		Outputs: []kio.Writer{kio.ByteWriter{Writer: &output}},
	}.Execute()
	if err != nil {
		return nil, err
	}
	var changed []*unstructured.Unstructured
	for _, document := range bytes.Split(output.Bytes(), []byte("---\n")) {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, object); err != nil {
			return nil, err
		}
		changed = append(changed, object)
	}
	return changed, nil
}

// find is the object of a kind.
func find(objects []*unstructured.Unstructured, kind string) *unstructured.Unstructured {
	for _, object := range objects {
		if object.GetKind() == kind {
			return object
		}
	}
	return &unstructured.Unstructured{Object: map[string]any{}}
}
