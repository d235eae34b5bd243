package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/utils/ptr"

	"fauxkube/clients/program"
)

// Waits for a state of a pod as most programs do.
func (t *typed) untilPod(ctx context.Context, name string, holds func(pod *corev1.Pod) bool) (*corev1.Pod, error) {
	selector := fields.OneTermEqualSelector("metadata.name", name)
	client := t.Client.CoreV1().RESTClient()
	lw := cache.NewListWatchFromClient(client, "pods", t.Namespace, selector)
	event, err := watchtools.UntilWithSync(ctx, lw, &corev1.Pod{}, nil, func(event watch.Event) (bool, error) {
		found, isPod := event.Object.(*corev1.Pod)
		return isPod && event.Type != watch.Deleted && holds(found), nil
	})
	if err != nil {
		return nil, err
	}
	return event.Object.(*corev1.Pod), nil
}

func (t *typed) createPod(ctx context.Context) error {
	created, err := t.Client.CoreV1().Pods(t.Namespace).Create(ctx, pod("web", "nginx"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, again := t.Client.CoreV1().Pods(t.Namespace).Create(ctx, pod("web", "nginx"), metav1.CreateOptions{})
	return program.First(
		program.Expect("the service account", created.Spec.ServiceAccountName, "default"),
		program.Expect("the restart policy", created.Spec.RestartPolicy, corev1.RestartPolicyAlways),
		program.Expect("the pull policy", created.Spec.Containers[0].ImagePullPolicy, corev1.PullAlways),
		program.Expect("the QoS class", created.Status.QOSClass, corev1.PodQOSBestEffort),
		program.Expect("the phase", created.Status.Phase, corev1.PodPending),
		program.Refused(again, metav1.StatusReasonAlreadyExists, `pods "web" already exists`),
	)
}

// Needs a node.
func (t *typed) runPod(ctx context.Context) error {
	running, err := t.untilPod(ctx, "web", func(pod *corev1.Pod) bool {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodReady {
				return condition.Status == corev1.ConditionTrue
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	selected, err := t.Client.CoreV1().Pods(t.Namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "app in (web), !legacy",
		FieldSelector: "status.phase=Running,spec.nodeName=" + running.Spec.NodeName,
	})
	if err != nil {
		return err
	}
	none, err := t.Client.CoreV1().Pods(t.Namespace).List(ctx,
		metav1.ListOptions{FieldSelector: "status.phase!=Running"})
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("the number of running pods", len(selected.Items), 1),
		program.Expect("the number of others", len(none.Items), 0),
		program.Expect("that its container is ready", running.Status.ContainerStatuses[0].Ready, true),
	)
}

func (t *typed) changePod(ctx context.Context) error {
	pods := t.Client.CoreV1().Pods(t.Namespace)
	patch := []byte(`{"spec":{"containers":[{"name":"main","image":"nginx:1.27"}]},
		"metadata":{"labels":{"tier":"front"}}}`)
	patched, err := pods.Patch(ctx, "web", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	// Whatever has changed of its status since.
	patched.ResourceVersion = ""
	patched.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "A", Value: "b"}}
	_, err = pods.Update(ctx, patched, metav1.UpdateOptions{})
	refused := program.Refused(err, metav1.StatusReasonInvalid,
		`Pod "web" is invalid: spec: Forbidden: pod updates may not`)
	var status apierrors.APIStatus
	if refused != nil || !errors.As(err, &status) {
		return refused
	}
	causes := status.Status().Details.Causes
	return program.First(
		program.Expect("the causes", fmt.Sprint(len(causes), " ", causes[0].Field), "1 spec"),
		program.Expect("the number of containers", len(patched.Spec.Containers), 1),
		program.Expect("the image", patched.Spec.Containers[0].Image, "nginx:1.27"),
		program.Expect("the label", patched.Labels["tier"], "front"),
	)
}

func (t *typed) generateName(ctx context.Context) error {
	generated := pod("", "nginx")
	generated.GenerateName = "job-"
	generated.Spec.SchedulerName = "nobody"
	created, err := t.Client.CoreV1().Pods(t.Namespace).Create(ctx, generated, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if !regexp.MustCompile(`^job-[bcdfghjklmnpqrstvwxz2456789]{5}$`).MatchString(created.Name) {
		return fmt.Errorf("is called %s", created.Name)
	}
	return t.Client.CoreV1().Pods(t.Namespace).Delete(ctx, created.Name, metav1.DeleteOptions{})
}

// A pod that no node has taken goes at once, in whatever way it is deleted.
func (t *typed) evictPod(ctx context.Context) error {
	pods := t.Client.CoreV1().Pods(t.Namespace)
	waiting := pod("waiting", "nginx")
	waiting.Spec.SchedulerName = "nobody"
	created, err := pods.Create(ctx, waiting, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: "waiting", Namespace: t.Namespace}}
	eviction.DeleteOptions = metav1.NewPreconditionDeleteOptions("another")
	conflict := program.Refused(pods.EvictV1(ctx, eviction), metav1.StatusReasonConflict, "the UID in the precondition")
	eviction.DeleteOptions = metav1.NewPreconditionDeleteOptions(string(created.UID))
	eviction.DeleteOptions.DryRun = []string{metav1.DryRunAll}
	dry := pods.EvictV1(ctx, eviction)
	_, kept := pods.Get(ctx, "waiting", metav1.GetOptions{})
	eviction.DeleteOptions.DryRun = nil
	evicted := t.Client.PolicyV1().Evictions(t.Namespace).Evict(ctx, eviction)
	_, gone := pods.Get(ctx, "waiting", metav1.GetOptions{})
	again := program.Refused(pods.EvictV1(ctx, eviction), metav1.StatusReasonNotFound, `pods "waiting" not found`)
	missing := program.Refused(gone, metav1.StatusReasonNotFound, `pods "waiting" not found`)
	return program.First(conflict, dry, kept, evicted, missing, again)
}

// Needs a node: of pods that do not run, any may be evicted.
func (t *typed) protectPod(ctx context.Context) error {
	pods, budgets := t.Client.CoreV1().Pods(t.Namespace), t.Client.PolicyV1().PodDisruptionBudgets(t.Namespace)
	_, err := budgets.Create(ctx, &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable: ptr.To(intstr.FromInt32(1)),
			Selector:     &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	err = program.Until(ctx, func(ctx context.Context) (bool, error) {
		budget, err := budgets.Get(ctx, "web", metav1.GetOptions{})
		return err == nil && budget.Status.CurrentHealthy == 1, err
	})
	if err != nil {
		return err
	}
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	err = pods.EvictV1(ctx, eviction)
	refused := program.Refused(err, metav1.StatusReasonTooManyRequests,
		"Cannot evict pod as it would violate the pod's disruption budget.")
	return program.First(
		refused,
		program.Expect("whether it names the budget", apierrors.HasStatusCause(err,
			policyv1.DisruptionBudgetCause), true),
		budgets.Delete(ctx, "web", metav1.DeleteOptions{}),
		pods.EvictV1(ctx, eviction),
	)
}

func (t *typed) pods() {
	t.Check("a new pod has its defaults, and its name is taken", t.createPod)
	t.Check("a pod becomes ready and is found by label, phase and node", t.runPod)
	t.Check("a strategic merge patch changes an image; other fields of a pod cannot be changed", t.changePod)
	t.Check("generateName adds five characters", t.generateName)
	t.Check("an eviction obeys preconditions and dry run, and deletes the pod", t.evictPod)
	t.Check("a disruption budget refuses an eviction with 429 and its cause", t.protectPod)
}
