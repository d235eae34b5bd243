package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fauxkube/clients/outcome"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

type test struct {
	what string
	run  func(context.Context) error
}

func (s *session) tests() []test {
	tests := []test{
		{"a mutating webhook fills in what is missing, and is told who asks", s.defaults},
		{"a validating webhook refuses with the Status that it gives", s.refuses},
		{"an update and a deletion are refused, with the old object at hand", s.refusesChanges},
		{"warnings of a webhook reach the client", s.warns},
		{"a webhook is told of a dry run", s.isDry},
		{"a patch adds a container to pods with a label, and to no others", s.patches},
		{"an object in the old version is kept and read in the new one", s.converts},
		{"lists and watches in the old version are converted", s.convertsMany},
		{"server-side apply in two versions tells who owns a field in which", s.appliesInVersions},
		{"a match condition leaves out an object, whose conversion then fails in the webhook's words", s.cannotConvert},
		{"a webhook that does not listen, or that nobody trusts, fails or is ignored as its policy says", s.isBroken},
	}
	if !outcome.IsClusterScoped() {
		tests = append(tests, test{"other definitions and lists of webhooks are forbidden", s.isForbidden})
	}
	return tests
}

func (s *session) defaults(ctx context.Context) error {
	review := &authenticationv1.SelfSubjectReview{}
	if err := s.client.Create(ctx, review); err != nil {
		return err
	}
	schedule := s.schedule("nightly", "24h")
	if err := s.client.Create(ctx, schedule); err != nil {
		return err
	}
	if schedule.Spec.Owner != review.Status.UserInfo.Username || *schedule.Spec.Retries != 3 {
		return fmt.Errorf("made %v", schedule.Spec)
	}
	last := s.validator.last()
	if last.Operation != admissionv1.Create || last.Name != "nightly" || last.Namespace != s.namespace ||
		last.Resource.Resource != "schedules" || *last.DryRun {
		return fmt.Errorf("was asked %v", last.AdmissionRequest)
	}
	return nil
}

func (s *session) refuses(ctx context.Context) error {
	err := s.client.Create(ctx, s.schedule("hasty", "1ms"))
	wanted := fmt.Sprintf(`admission webhook %q denied the request: Schedule.jobs.example.com "hasty" is invalid: `+
		`spec.every: Invalid value: "1ms": must be a second at least`, validating)
	var status *apierrors.StatusError
	if !errors.As(err, &status) || !apierrors.IsInvalid(err) || err.Error() != wanted {
		return fmt.Errorf("is answered %v", err)
	}
	details := status.ErrStatus.Details
	if details == nil || len(details.Causes) != 1 || details.Causes[0].Field != "spec.every" {
		return fmt.Errorf("has the details %v", details)
	}
	return nil
}

func (s *session) refusesChanges(ctx context.Context) error {
	schedule := s.schedule("nightly", "")
	if err := s.client.Get(ctx, client.ObjectKeyFromObject(schedule), schedule); err != nil {
		return err
	}
	stolen := schedule.DeepCopy()
	stolen.Spec.Owner = "somebody"
	err := s.client.Update(ctx, stolen)
	wanted := fmt.Sprintf("admission webhook %q denied the request: the owner is %s", validating, schedule.Spec.Owner)
	if !apierrors.IsForbidden(err) || !strings.HasPrefix(err.Error(), wanted) {
		return fmt.Errorf("the update is answered %v", err)
	}
	safe := schedule.DeepCopy()
	safe.Annotations = map[string]string{"protected": "true"}
	if err := s.client.Patch(ctx, safe, client.MergeFrom(schedule)); err != nil {
		return err
	}
	err = s.client.Delete(ctx, safe)
	if !apierrors.IsForbidden(err) || !strings.HasSuffix(err.Error(), "denied the request: it is protected") {
		return fmt.Errorf("the deletion is answered %v", err)
	}
	last := s.validator.last()
	if last.Operation != admissionv1.Delete || len(last.OldObject.Raw) == 0 || len(last.Object.Raw) > 0 {
		return fmt.Errorf("%s was asked with %s", last.Operation, last.Object.Raw)
	}
	err = s.client.DeleteAllOf(ctx, safe, client.InNamespace(s.namespace))
	if !apierrors.IsForbidden(err) {
		return fmt.Errorf("the deletion of all is answered %v", err)
	}
	return nil
}

func (s *session) warns(ctx context.Context) error {
	if err := s.client.Create(ctx, s.schedule("often", "10s")); err != nil {
		return err
	}
	s.warnings.mutex.Lock()
	defer s.warnings.mutex.Unlock()
	if !slices.Contains(s.warnings.texts, "every 10s is often") {
		return fmt.Errorf("the warnings are %q", s.warnings.texts)
	}
	return nil
}

func (s *session) isDry(ctx context.Context) error {
	dry := s.schedule("dry", "1h")
	if err := s.client.Create(ctx, dry, client.DryRunAll); err != nil {
		return err
	}
	if last := s.validator.last(); !*last.DryRun || !strings.Contains(string(last.Options.Raw), `"dryRun":["All"]`) {
		return fmt.Errorf("was asked with %s", last.Options.Raw)
	}
	if dry.Spec.Owner == "" {
		return errors.New("the dry run has no defaults")
	}
	if err := s.client.Get(ctx, client.ObjectKeyFromObject(dry), dry); !apierrors.IsNotFound(err) {
		return fmt.Errorf("after it the object is answered %v", err)
	}
	return nil
}

func (s *session) patches(ctx context.Context) error {
	for label, wanted := range map[string]int{"wanted": 2, "unwanted": 1} {
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: label, Labels: map[string]string{"sidecar": label}},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "busybox"}}},
		}
		if err := s.client.Create(ctx, pod); err != nil {
			return err
		}
		containers := pod.Spec.Containers
		if len(containers) != wanted || containers[len(containers)-1].ImagePullPolicy != corev1.PullAlways {
			return fmt.Errorf("a pod that is %s has %v", label, containers)
		}
	}
	return nil
}

func (s *session) isBroken(ctx context.Context) error {
	configuration := s.validatingConfiguration()
	configuration.Name = s.namespace + "-broken"
	configuration.Webhooks[0].Name = broken
	configuration.Webhooks[0].ClientConfig.URL = new("https://127.0.0.1:1/nobody")
	if err := s.client.Create(ctx, configuration); err != nil {
		return err
	}
	defer func() { _ = s.client.Delete(ctx, configuration) }()
	attempt := func(ctx context.Context) error {
		return s.client.Create(ctx, s.schedule("any", "1h"), client.DryRunAll)
	}
	begin := fmt.Sprintf(`Internal error occurred: failed calling webhook %q: failed to call webhook: Post `, broken)
	isSaid := func(words string) error {
		return outcome.Eventually(ctx, func(ctx context.Context) error {
			err := attempt(ctx)
			isTold := apierrors.IsInternalError(err) && strings.HasPrefix(err.Error(), begin)
			if !isTold || !strings.Contains(err.Error(), words) {
				return fmt.Errorf("is answered %v", err)
			}
			return nil
		})
	}
	if err := isSaid("dial tcp 127.0.0.1:1: connect: connection refused"); err != nil {
		return err
	}
	_, another, err := newCertificate()
	if err != nil {
		return err
	}
	configuration.Webhooks[0].ClientConfig = s.calls("/validate-jobs-example-com-v1-schedule")
	configuration.Webhooks[0].ClientConfig.CABundle = another
	if err := s.client.Update(ctx, configuration); err != nil {
		return err
	}
	if err := isSaid("x509: certificate signed by unknown authority"); err != nil {
		return err
	}
	configuration.Webhooks[0].FailurePolicy = new(admissionregistrationv1.Ignore)
	if err := s.client.Update(ctx, configuration); err != nil {
		return err
	}
	if err := outcome.Eventually(ctx, attempt); err != nil {
		return err
	}
	return nil
}

func (s *session) ends(ctx context.Context) error {
	for _, configuration := range []client.Object{s.mutatingConfiguration(), s.validatingConfiguration()} {
		if err := s.client.Delete(ctx, configuration); err != nil {
			return err
		}
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		return s.client.Create(ctx, s.schedule("unknown", "whenever"), client.DryRunAll)
	})
}
