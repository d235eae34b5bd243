package main

import (
	"encoding/json"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	mutating   = "mutate.jobs.example.com"
	validating = "validate.jobs.example.com"
	sidecars   = "sidecar.jobs.example.com"
	broken     = "broken.jobs.example.com"
)

func (s *session) calls(path string) admissionregistrationv1.WebhookClientConfig {
	return admissionregistrationv1.WebhookClientConfig{URL: new(s.url + path), CABundle: s.bundle}
}

func (s *session) ours() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": s.namespace}}
}

type (
	operation = admissionregistrationv1.OperationType
	rules     = []admissionregistrationv1.RuleWithOperations
)

func rule(group, version, resource string, on ...operation) rules {
	return rules{{
		Operations: on,
		Rule: admissionregistrationv1.Rule{
			APIGroups: []string{group}, APIVersions: []string{version}, Resources: []string{resource},
		},
	}}
}

func (s *session) mutatingConfiguration() *admissionregistrationv1.MutatingWebhookConfiguration {
	create := admissionregistrationv1.Create
	none := new(admissionregistrationv1.SideEffectClassNone)
	return &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: s.namespace},
		Webhooks: []admissionregistrationv1.MutatingWebhook{{
			Name:                    mutating,
			ClientConfig:            s.calls("/mutate-jobs-example-com-v1-schedule"),
			Rules:                   rule("jobs.example.com", "v1", "schedules", create),
			NamespaceSelector:       s.ours(),
			SideEffects:             none,
			AdmissionReviewVersions: []string{"v1"},
		}, {
			Name:                    sidecars,
			ClientConfig:            s.calls("/sidecar"),
			Rules:                   rule("", "v1", "pods", create),
			NamespaceSelector:       s.ours(),
			ObjectSelector:          &metav1.LabelSelector{MatchLabels: map[string]string{"sidecar": "wanted"}},
			SideEffects:             none,
			AdmissionReviewVersions: []string{"v1"},
		}},
	}
}

func (s *session) validatingConfiguration() *admissionregistrationv1.ValidatingWebhookConfiguration {
	all := []operation{
		admissionregistrationv1.Create, admissionregistrationv1.Update, admissionregistrationv1.Delete,
	}
	isChecked := `!("unchecked" in (request.operation == "DELETE" ? oldObject : object).metadata.?labels.orValue({}))`
	return &admissionregistrationv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: s.namespace},
		Webhooks: []admissionregistrationv1.ValidatingWebhook{{
			Name:                    validating,
			ClientConfig:            s.calls("/validate-jobs-example-com-v1-schedule"),
			Rules:                   rule("jobs.example.com", "v1", "schedules", all...),
			NamespaceSelector:       s.ours(),
			MatchConditions:         []admissionregistrationv1.MatchCondition{{Name: "checked", Expression: isChecked}},
			SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
			AdmissionReviewVersions: []string{"v1"},
		}},
	}
}

// conversion has the server ask this program for other versions.
func (s *session) conversion() (client.Object, client.Patch, error) {
	webhook := map[string]any{
		"clientConfig":             map[string]any{"url": s.url + "/convert", "caBundle": s.bundle},
		"conversionReviewVersions": []string{"v1"},
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{
		"conversion": map[string]any{"strategy": "Webhook", "webhook": webhook},
	}})
	if err != nil {
		return nil, nil, fmt.Errorf("the conversion: %w", err)
	}
	definition := &unstructured.Unstructured{}
	definition.SetAPIVersion("apiextensions.k8s.io/v1")
	definition.SetKind("CustomResourceDefinition")
	definition.SetName("schedules.jobs.example.com")
	return definition, client.RawPatch("application/merge-patch+json", patch), nil
}
