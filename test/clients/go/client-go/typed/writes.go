package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"

	"fauxkube/clients/program"
)

func (t *typed) conflict(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	stale, err := maps.Create(ctx, configMap("counter", map[string]string{"count": ""}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	changed := stale.DeepCopy()
	changed.Data["count"] = "x"
	if _, err := maps.Update(ctx, changed, metav1.UpdateOptions{}); err != nil {
		return err
	}
	_, err = maps.Update(ctx, stale, metav1.UpdateOptions{})
	return program.Refused(err, metav1.StatusReasonConflict, `Operation cannot be fulfilled on configmaps "counter": `+
		"the object has been modified; please apply your changes to the latest version and try again")
}

// Ten at the same time add to the same object, and none is lost.
func (t *typed) retryOnConflict(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	// More patient than retry.DefaultBackoff, which gives up after four.
	backoff := retry.DefaultRetry
	backoff.Steps = 50
	var writers sync.WaitGroup
	problems := make(chan error, 10)
	for range 10 {
		writers.Go(func() {
			problems <- retry.RetryOnConflict(backoff, func() error {
				found, err := maps.Get(ctx, "counter", metav1.GetOptions{})
				if err != nil {
					return err
				}
				found.Data["count"] += "x"
				_, err = maps.Update(ctx, found, metav1.UpdateOptions{})
				return err
			})
		})
	}
	writers.Wait()
	close(problems)
	for err := range problems {
		if err != nil {
			return err
		}
	}
	found, err := maps.Get(ctx, "counter", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return program.Expect("the number of writes", len(found.Data["count"]), 11)
}

func (t *typed) dryRun(ctx context.Context) error {
	maps, all := t.Client.CoreV1().ConfigMaps(t.Namespace), []string{metav1.DryRunAll}
	created, err := maps.Create(ctx, configMap("dry", nil), metav1.CreateOptions{DryRun: all})
	if err != nil {
		return err
	}
	_, missing := maps.Get(ctx, "dry", metav1.GetOptions{})
	before, err := maps.Get(ctx, "counter", metav1.GetOptions{})
	if err != nil {
		return err
	}
	patch := []byte(`{"data":{"dry":"yes"}}`)
	patched, err := maps.Patch(ctx, "counter", types.MergePatchType, patch, metav1.PatchOptions{DryRun: all})
	if err != nil {
		return err
	}
	deleted := maps.Delete(ctx, "counter", metav1.DeleteOptions{DryRun: all})
	after, err := maps.Get(ctx, "counter", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return program.First(
		program.Refused(missing, metav1.StatusReasonNotFound, `configmaps "dry" not found`),
		deleted,
		program.Expect("whether it has a uid", created.UID != "", true),
		program.Expect("its version", created.ResourceVersion, ""),
		program.Expect("what the patch would have made", patched.Data["dry"], "yes"),
		program.Expect("the version that is kept", after.ResourceVersion, before.ResourceVersion),
	)
}

// What the server warns of.
type warnings struct {
	mutex sync.Mutex
	said  []string
}

func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, code int, _ string, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.said = append(w.said, fmt.Sprint(code, " ", text))
}

func (t *typed) fieldValidation(ctx context.Context) error {
	heard := &warnings{}
	config := rest.CopyConfig(t.Config)
	config.WarningHandlerWithContext = heard
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	maps, patch := client.CoreV1().ConfigMaps(t.Namespace), []byte(`{"dataa":{"a":"b"}}`)
	send := func(validation string) error {
		options := metav1.PatchOptions{FieldValidation: validation, DryRun: []string{metav1.DryRunAll}}
		_, err := maps.Patch(ctx, "counter", types.StrategicMergePatchType, patch, options)
		return err
	}
	strict := program.Refused(send(metav1.FieldValidationStrict), metav1.StatusReasonInvalid,
		`strict decoding error: unknown field "dataa"`)
	problem := program.First(strict, send(metav1.FieldValidationIgnore), program.Expect("warnings", len(heard.said), 0))
	if problem != nil {
		return problem
	}
	if err := send(metav1.FieldValidationWarn); err != nil {
		return err
	}
	if len(heard.said) != 1 {
		return fmt.Errorf("warned of %q", heard.said)
	}
	return program.Expect("the warning", heard.said[0], `299 unknown field "dataa"`)
}

func (t *typed) finalizer(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	held := configMap("held", nil)
	held.Finalizers = []string{"example.com/hold"}
	if _, err := maps.Create(ctx, held, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err := maps.Delete(ctx, "held", metav1.DeleteOptions{}); err != nil {
		return err
	}
	ending, err := maps.Get(ctx, "held", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if ending.DeletionTimestamp == nil || *ending.DeletionGracePeriodSeconds != 0 {
		return fmt.Errorf("is to be deleted at %v", ending.DeletionTimestamp)
	}
	added := ending.DeepCopy()
	added.Finalizers = append(added.Finalizers, "example.com/another")
	_, err = maps.Update(ctx, added, metav1.UpdateOptions{})
	refused := program.Refused(err, metav1.StatusReasonInvalid,
		"metadata.finalizers: Forbidden: no new finalizers can be "+
			`added if the object is being deleted, found new finalizers []string{"example.com/another"}`)
	ending.Finalizers = nil
	_, released := maps.Update(ctx, ending, metav1.UpdateOptions{})
	_, gone := maps.Get(ctx, "held", metav1.GetOptions{})
	return program.First(refused, released, program.Refused(gone, metav1.StatusReasonNotFound))
}

func (t *typed) owned(ctx context.Context, name string, owner *corev1.ConfigMap) error {
	owned := configMap(name, nil)
	owned.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID, BlockOwnerDeletion: ptr.To(true),
	}}
	_, err := t.Client.CoreV1().ConfigMaps(t.Namespace).Create(ctx, owned, metav1.CreateOptions{})
	return err
}

// The owner waits for what it owns, and takes it with it; or leaves it, an orphan.
func (t *typed) garbage(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	for _, policy := range []metav1.DeletionPropagation{
		metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan,
	} {
		owner, err := maps.Create(ctx, configMap("owner", nil), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if err := t.owned(ctx, "owned", owner); err != nil {
			return err
		}
		options := metav1.DeleteOptions{PropagationPolicy: &policy,
			Preconditions: &metav1.Preconditions{UID: &owner.UID}}
		if err := maps.Delete(ctx, "owner", options); err != nil {
			return err
		}
		err = program.Until(ctx, func(ctx context.Context) (bool, error) {
			left, err := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=owner"})
			if err != nil || len(left.Items) > 0 {
				return false, err
			}
			owned, err := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=owned"})
			if err != nil || policy != metav1.DeletePropagationOrphan {
				return err == nil && len(owned.Items) == 0, err
			}
			return len(owned.Items) == 1 && len(owned.Items[0].OwnerReferences) == 0, nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", policy, err)
		}
	}
	return maps.Delete(ctx, "owned", metav1.DeleteOptions{})
}

func (t *typed) immutable(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	fixed := configMap("fixed", map[string]string{"a": "b"})
	fixed.Immutable = ptr.To(true)
	created, err := maps.Create(ctx, fixed, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	created.Data["a"] = "c"
	_, err = maps.Update(ctx, created, metav1.UpdateOptions{})
	refused := program.Refused(err, metav1.StatusReasonInvalid,
		`ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `+"`immutable` is set")
	stale := maps.Delete(ctx, "fixed", *metav1.NewRVDeletionPrecondition("1"))
	return program.First(
		refused,
		program.Refused(stale, metav1.StatusReasonConflict, "the ResourceVersion in the precondition (1)"),
		maps.Delete(ctx, "fixed", *metav1.NewRVDeletionPrecondition(created.ResourceVersion)),
	)
}

// A request that the client gives up has no answer, and the next one does.
func (t *typed) timeout(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	watcher, err := t.Client.CoreV1().ConfigMaps(t.Namespace).Watch(short,
		metav1.ListOptions{FieldSelector: "metadata.name=x"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	if event, isOpen := <-watcher.ResultChan(); isOpen {
		return fmt.Errorf("is told %v", event)
	}
	var status int
	err = t.Client.CoreV1().RESTClient().Get().AbsPath("/version").Do(ctx).StatusCode(&status).Error()
	return program.First(err, program.Expect("the status", status, http.StatusOK))
}

func (t *typed) writes() {
	t.Check("an update from an old version conflicts", t.conflict)
	t.Check("ten writers that retry on conflict lose nothing", t.retryOnConflict)
	t.Check("a dry run answers and keeps nothing", t.dryRun)
	t.Check("field validation refuses, warns or ignores", t.fieldValidation)
	t.Check("a finalizer holds an object, and no new one comes while it is deleted", t.finalizer)
	t.Check("an owner takes what it owns with it, in the background or foreground, or orphans it", t.garbage)
	t.Check("an immutable object stays, and is deleted by its version only", t.immutable)
	t.Check("a watch that is given up ends, and the connection answers on", t.timeout)
}
