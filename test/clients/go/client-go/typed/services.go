package main

import (
	"context"
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"fauxkube/clients/program"
)

func service(name string, port int32) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": name},
			Ports:    []corev1.ServicePort{{Name: "http", Port: port, TargetPort: intstr.FromInt32(8080)}},
		},
	}
}

func (t *typed) clusterIP(ctx context.Context) error {
	services := t.Client.CoreV1().Services(t.Namespace)
	created, err := services.Create(ctx, service("web", 80), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if _, err := netip.ParseAddr(created.Spec.ClusterIP); err != nil {
		return err
	}
	taken := service("other", 80)
	taken.Spec.ClusterIP = created.Spec.ClusterIP
	_, err = services.Create(ctx, taken, metav1.CreateOptions{})
	refused := program.Refused(err, metav1.StatusReasonInvalid, "failed to allocate IP "+created.Spec.ClusterIP,
		"provided IP is already allocated")
	changed := created.DeepCopy()
	changed.Spec.ClusterIP, changed.Spec.ClusterIPs = "10.96.111.222", []string{"10.96.111.222"}
	_, err = services.Update(ctx, changed, metav1.UpdateOptions{})
	immutable := program.Refused(err, metav1.StatusReasonInvalid, "spec.clusterIPs[0]: Invalid value",
		"may not change once set")
	// As clients that know no addresses send it.
	changed.Spec.ClusterIP, changed.Spec.ClusterIPs = "", nil
	changed.Spec.Ports[0].Port = 81
	updated, err := services.Update(ctx, changed, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	return program.First(
		refused,
		immutable,
		program.Expect("the address", updated.Spec.ClusterIP, created.Spec.ClusterIP),
		program.Expect("the port", updated.Spec.Ports[0].Port, 81),
		program.Expect("the families", fmt.Sprint(updated.Spec.IPFamilies), "[IPv4]"),
	)
}

func (t *typed) nodePort(ctx context.Context) error {
	services := t.Client.CoreV1().Services(t.Namespace)
	patch := []byte(`[{"op":"test","path":"/spec/type","value":"ClusterIP"},
		{"op":"replace","path":"/spec/type","value":"NodePort"}]`)
	patched, err := services.Patch(ctx, "web", types.JSONPatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if port := patched.Spec.Ports[0].NodePort; port < 30000 || port > 32767 {
		return fmt.Errorf("has the node port %d", port)
	}
	_, err = services.Patch(ctx, "web", types.JSONPatchType, patch, metav1.PatchOptions{})
	failed := program.Refused(err, metav1.StatusReasonInvalid,
		"the server rejected our request due to an error in our request")
	// Ports are merged by their number, others are kept.
	patch = []byte(`{"spec":{"ports":[{"port":443,"name":"https"}]}}`)
	patched, err = services.Patch(ctx, "web", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	return program.First(failed, program.Expect("the number of ports", len(patched.Spec.Ports), 2))
}

func (t *typed) slices(ctx context.Context) error {
	selected := metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=web"}
	err := program.Until(ctx, func(ctx context.Context) (bool, error) {
		slices, err := t.Client.DiscoveryV1().EndpointSlices(t.Namespace).List(ctx, selected)
		return err == nil && len(slices.Items) == 1, err
	})
	if err != nil {
		return err
	}
	if err := t.Client.CoreV1().Services(t.Namespace).Delete(ctx, "web", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return program.Until(ctx, func(ctx context.Context) (bool, error) {
		slices, err := t.Client.DiscoveryV1().EndpointSlices(t.Namespace).List(ctx, selected)
		return err == nil && len(slices.Items) == 0, err
	})
}

func (t *typed) services() {
	t.Check("a service has an address that nobody else can have, and keeps it", t.clusterIP)
	t.Check("a JSON patch makes it a NodePort, its test fails the second time, and ports are merged", t.nodePort)
	t.Check("a service has an EndpointSlice, which goes with it", t.slices)
}
