// The typed clientset: what programs do that know the kinds that they use.
package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fauxkube/clients/program"
)

type typed struct {
	*program.Program
}

func pod(name, image string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: image}}},
	}
}

func configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: data}
}

// What lies outside of its namespace is forbidden to a user of one, and named in the refusal.
func (t *typed) forbidden(ctx context.Context) error {
	user := fmt.Sprintf("User %q", "system:serviceaccount:"+t.Namespace+":tester")
	_, err := t.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	nodes := program.Refused(err, metav1.StatusReasonForbidden,
		"nodes is forbidden: "+user+` cannot list resource "nodes" in API group "" at the cluster scope`)
	_, err = t.Client.CoreV1().Secrets("kube-system").Get(ctx, "token", metav1.GetOptions{})
	secrets := program.Refused(err, metav1.StatusReasonForbidden,
		`secrets "token" is forbidden: `+user+
			` cannot get resource "secrets" in API group "" in the namespace "kube-system"`)
	_, err = t.Client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{}, metav1.CreateOptions{})
	namespaces := program.Refused(err, metav1.StatusReasonForbidden,
		user+` cannot create resource "namespaces" in API group "" at the cluster scope`)
	return program.First(nodes, secrets, namespaces)
}

func main() {
	t := &typed{program.New()}
	t.pods()
	t.writes()
	t.apply()
	t.deployments()
	t.services()
	t.lists()
	t.access()
	if t.IsNamespaced {
		t.Check("what lies outside of the namespace is forbidden, and the refusal says to whom", t.forbidden)
	}
	t.End()
}
