// Prints what Go's encoders know of every Kubernetes type and what the published OpenAPI documents leave out: the order
// of fields, which of them are omitted when empty, which are pointers, the Go type (decoding errors name it) and the
// protobuf tag. Input: lines "group version kind" on standard input; output: JSON on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	admissionv1beta1 "k8s.io/api/admission/v1beta1"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apidiscoveryv2beta1 "k8s.io/api/apidiscovery/v2beta1"
	imagepolicyv1alpha1 "k8s.io/api/imagepolicy/v1alpha1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// Field is one JSON field of a struct.
type Field struct {
	Name      string `json:"name"`
	Type      *Type  `json:"type"`
	OmitEmpty bool   `json:"omitEmpty,omitempty"`
	OmitZero  bool   `json:"omitZero,omitempty"`
	// Proto is the path of protobuf field numbers: more than one where Go embeds a struct.
	Proto string `json:"proto,omitempty"`
}

// Type is a Go type as JSON sees it.
type Type struct {
	Kind    string `json:"kind"` // string bool int32 int64 float64 bytes slice map struct opaque
	Go      string `json:"go"`
	Model   string `json:"model,omitempty"` // of a struct or an opaque type: its name in OpenAPI
	Pointer bool   `json:"pointer,omitempty"`
	Of      *Type  `json:"of,omitempty"`
}

// Types with an encoding of their own.
var opaque = map[string]bool{
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time": true, "k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime": true,
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration": true, "k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1": true,
	"k8s.io/apimachinery/pkg/api/resource.Quantity": true, "k8s.io/apimachinery/pkg/util/intstr.IntOrString": true,
	"k8s.io/apimachinery/pkg/runtime.RawExtension":                                        true,
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON":                       true,
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray":     true,
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool":      true,
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": true,
}

var structs = map[string][]Field{}

func modelName(t reflect.Type) string {
	path := t.PkgPath()
	if path == "" {
		return ""
	}
	parts := strings.Split(path, "/")
	host := strings.Split(parts[0], ".")
	for i, j := 0, len(host)-1; i < j; i, j = i+1, j-1 {
		host[i], host[j] = host[j], host[i]
	}
	return strings.Join(append(host, parts[1:]...), ".") + "." + t.Name()
}

func describe(t reflect.Type) *Type {
	if t.Kind() == reflect.Pointer {
		inner := describe(t.Elem())
		inner.Pointer = true
		return inner
	}
	out := &Type{Go: t.String()}
	if opaque[t.PkgPath()+"."+t.Name()] {
		out.Kind, out.Model = "opaque", modelName(t)
		return out
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64:
		out.Kind = t.Kind().String()
	case reflect.Uint8:
		out.Kind = "int32"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			out.Kind = "bytes"
			return out
		}
		out.Kind, out.Of = "slice", describe(t.Elem())
	case reflect.Map:
		out.Kind, out.Of = "map", describe(t.Elem())
	case reflect.Struct:
		out.Kind, out.Model = "struct", modelName(t)
		walk(t)
	case reflect.Interface:
		out.Kind, out.Model = "opaque", "io.k8s.apimachinery.pkg.runtime.RawExtension"
	default:
		panic("a Go kind that JSON fields should not have: " + t.String())
	}
	return out
}

func walk(t reflect.Type) {
	name := modelName(t)
	if _, done := structs[name]; done {
		return
	}
	structs[name] = nil
	structs[name] = fields(t, "")
}

func fields(t reflect.Type, outer string) []Field {
	var out []Field
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("json")
		if !f.IsExported() || (!ok && !f.Anonymous) || tag == "-" {
			continue
		}
		parts := strings.Split(tag, ",")
		number := ""
		if pb := strings.Split(f.Tag.Get("protobuf"), ","); len(pb) > 1 {
			number = pb[1]
		}
		path := strings.TrimPrefix(outer+"."+number, ".")
		if f.Anonymous && parts[0] == "" {
			embedded := f.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			inner := fields(embedded, path)
			for i := range inner {
				if embedded == reflect.TypeOf(metav1.TypeMeta{}) { // protobuf keeps kind and apiVersion in its envelope
					inner[i].Proto = ""
				}
			}
			out = append(out, inner...)
			continue
		}
		field := Field{Name: parts[0], Type: describe(f.Type), Proto: path}
		for _, option := range parts[1:] {
			field.OmitEmpty = field.OmitEmpty || option == "omitempty"
			field.OmitZero = field.OmitZero || option == "omitzero"
		}
		out = append(out, field)
	}
	return out
}

func main() {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		// What servers send to webhooks and answer in discovery is no resource of anybody.
		admissionv1.AddToScheme, admissionv1beta1.AddToScheme, apidiscoveryv2.AddToScheme,
		apidiscoveryv2beta1.AddToScheme, imagepolicyv1alpha1.AddToScheme,
		scheme.AddToScheme, apiextensions.AddToScheme, apiregistration.AddToScheme, metav1.AddMetaToScheme,
	} {
		if err := add(all); err != nil {
			panic(err)
		}
	}
	for _, noKind := range []any{version.Info{}, metav1.Patch{}} { // OpenAPI has them although they are no kinds
		walk(reflect.TypeOf(noKind))
	}
	kinds := map[string]string{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		part := strings.Split(lines.Text(), " ")
		gvk := schema.GroupVersionKind{Group: part[0], Version: part[1], Kind: part[2]}
		object, err := all.New(gvk)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		kinds[lines.Text()] = describe(reflect.TypeOf(object)).Model
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(map[string]any{"kinds": kinds, "structs": structs}); err != nil {
		panic(err)
	}
}
