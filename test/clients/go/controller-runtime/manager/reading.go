package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"

	"fauxkube/clients/outcome"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

func (s *session) readsItsWrites(ctx context.Context) error {
	cached := s.GetClient()
	for count := range 20 {
		website := &Website{}
		if err := cached.Get(ctx, s.key("home"), website); err != nil {
			return err
		}
		changed := website.DeepCopy()
		changed.Labels = map[string]string{"count": fmt.Sprint(count)}
		if err := cached.Patch(ctx, changed, client.MergeFrom(website)); err != nil {
			return err
		}
		if err := cached.Get(ctx, s.key("home"), website); err != nil {
			return err
		}
		if website.Labels["count"] != fmt.Sprint(count) {
			return fmt.Errorf("has written %d and read %s", count, website.Labels["count"])
		}
	}
	return nil
}

func (s *session) namesByImage(ctx context.Context, image string) ([]string, error) {
	found := &WebsiteList{}
	err := s.GetClient().List(ctx, found, client.InNamespace(s.namespace), client.MatchingFields{byImage: image})
	var names []string
	for _, item := range found.Items {
		names = append(names, item.Name)
	}
	slices.Sort(names)
	return names, err
}

func (s *session) finds(ctx context.Context) error {
	for _, name := range []string{"blog", "shop"} {
		if err := s.GetClient().Create(ctx, s.website(name, "httpd", 0)); err != nil {
			return err
		}
	}
	if names, err := s.namesByImage(ctx, "httpd"); err != nil || !slices.Equal(names, []string{"blog", "shop"}) {
		return fmt.Errorf("httpd is %v, %w", names, err)
	}
	blog := &Website{}
	if err := s.GetClient().Get(ctx, s.key("blog"), blog); err != nil {
		return err
	}
	blog.Spec.Image = "nginx"
	if err := s.GetClient().Update(ctx, blog); err != nil {
		return err
	}
	names, err := s.namesByImage(ctx, "nginx")
	if err == nil && !slices.Equal(names, []string{"blog", "home"}) {
		err = fmt.Errorf("nginx is %v", names)
	}
	return err
}

func (s *session) isStale(ctx context.Context) error {
	stale := &Website{}
	if err := s.direct.Get(ctx, s.key("home"), stale); err != nil {
		return err
	}
	newer := stale.DeepCopy()
	newer.Labels = map[string]string{"is": "newer"}
	if err := s.direct.Patch(ctx, newer, client.MergeFrom(stale)); err != nil {
		return err
	}
	err := s.direct.Update(ctx, stale)
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), "the object has been modified") {
		return fmt.Errorf("the update is answered %v", err)
	}
	changed := stale.DeepCopy()
	changed.Labels = map[string]string{"is": "stale"}
	patch := client.MergeFromWithOptions(stale, client.MergeFromWithOptimisticLock{})
	if err := s.direct.Patch(ctx, changed, patch); !apierrors.IsConflict(err) {
		return fmt.Errorf("the patch is answered %v", err)
	}
	return nil
}

// eventOf is the first Event: a related object that has changed makes another one.
func (s *session) eventOf(ctx context.Context, object client.Object, reason string) (*eventsv1.Event, error) {
	found := &eventsv1.EventList{}
	named := client.MatchingFields{"regarding.uid": string(object.GetUID()), "reason": reason}
	if err := s.direct.List(ctx, found, client.InNamespace(s.namespace), named); err != nil {
		return nil, err
	}
	if len(found.Items) == 0 {
		return nil, fmt.Errorf("there is no Event %s", reason)
	}
	return &found.Items[0], nil
}

func (s *session) tells(ctx context.Context) error {
	website := &Website{}
	if err := s.direct.Get(ctx, s.key("home"), website); err != nil {
		return err
	}
	for range 2 {
		s.GetEventRecorder(recorder).Eventf(website, nil, corev1.EventTypeWarning, "Slow", "Measure", "it took %s", "long")
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		served, err := s.eventOf(ctx, website, reasonServed)
		if err != nil {
			return err
		}
		if served.ReportingController != recorder || served.Related == nil || served.Related.Kind != "Deployment" {
			return fmt.Errorf("%s tells of %v", served.ReportingController, served.Related)
		}
		slow, err := s.eventOf(ctx, website, "Slow")
		if err != nil {
			return err
		}
		if slow.Series == nil || slow.Series.Count != 2 || slow.Note != "it took long" {
			return fmt.Errorf("%q has the series %v", slow.Note, slow.Series)
		}
		core := &corev1.Event{}
		if err := s.direct.Get(ctx, client.ObjectKeyFromObject(slow), core); err != nil {
			return err
		}
		if core.InvolvedObject.UID != website.UID || core.Message != slow.Note || core.Action != "Measure" {
			return fmt.Errorf("as a core Event it is %v", core)
		}
		return nil
	})
}

// pagesOf reads a list in pages of two.
func (s *session) pagesOf(ctx context.Context, list client.ObjectList, names func() []string) ([]string, error) {
	var all []string
	for token := ""; ; {
		options := []client.ListOption{client.InNamespace(s.namespace), client.Limit(2), client.Continue(token)}
		if err := s.direct.List(ctx, list, options...); err != nil {
			return nil, err
		}
		page := names()
		if len(page) > 2 {
			return nil, fmt.Errorf("a page has %d items", len(page))
		}
		all = append(all, page...)
		if token = list.GetContinue(); token == "" {
			return all, nil
		}
	}
}

func (s *session) pages(ctx context.Context) error {
	objects, metadata := &WebsiteList{}, &metav1.PartialObjectMetadataList{}
	metadata.SetGroupVersionKind(websites.WithKind("WebsiteList"))
	wanted := []string{"blog", "configured", "home", "quiet", "shop"}
	found, err := s.pagesOf(ctx, objects, func() (names []string) {
		for _, item := range objects.Items {
			names = append(names, item.Name)
		}
		return names
	})
	if err != nil || !slices.Equal(found, wanted) {
		return fmt.Errorf("objects are %v, %w", found, err)
	}
	found, err = s.pagesOf(ctx, metadata, func() (names []string) {
		for _, item := range metadata.Items {
			names = append(names, item.Name)
		}
		return names
	})
	if err != nil || !slices.Equal(found, wanted) {
		return fmt.Errorf("metadata is %v, %w", found, err)
	}
	return nil
}

func (s *session) isStrict(ctx context.Context) error {
	dry := s.website("dry", "nginx", 1)
	if err := client.NewDryRunClient(s.direct).Create(ctx, dry); err != nil {
		return err
	}
	if dry.UID == "" || dry.Generation != 1 {
		return fmt.Errorf("the dry run has made %v", dry.ObjectMeta)
	}
	if err := s.direct.Get(ctx, s.key("dry"), dry); !apierrors.IsNotFound(err) {
		return fmt.Errorf("after a dry run it is answered %v", err)
	}
	spec := map[string]any{"image": "nginx", "replica": int64(1)}
	misspelt := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	misspelt.SetGroupVersionKind(websites.WithKind("Website"))
	misspelt.SetNamespace(s.namespace)
	misspelt.SetName("misspelt")
	err := client.WithFieldValidation(s.direct, metav1.FieldValidationStrict).Create(ctx, misspelt)
	if !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), `unknown field "spec.replica"`) {
		return fmt.Errorf("a misspelt field is answered %v", err)
	}
	err = s.direct.Create(ctx, s.website("many", "nginx", 11))
	tooMany := "spec.replicas in body should be less than or equal to 10"
	if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), tooMany) {
		return fmt.Errorf("too many replicas are answered %v", err)
	}
	return nil
}

func (s *session) watches(ctx context.Context) error {
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	selected := client.MatchingLabels{"tier": "gold"}
	events, err := s.direct.Watch(watching, &WebsiteList{}, client.InNamespace(s.namespace), selected)
	if err != nil {
		return err
	}
	defer events.Stop()
	for _, tier := range []string{"gold", "silver"} {
		shop := &Website{}
		if err := s.direct.Get(ctx, s.key("shop"), shop); err != nil {
			return err
		}
		labelled := shop.DeepCopy()
		labelled.Labels = map[string]string{"tier": tier}
		if err := s.direct.Patch(ctx, labelled, client.MergeFrom(shop)); err != nil {
			return err
		}
	}
	for _, wanted := range []watch.EventType{watch.Added, watch.Deleted} {
		event := <-events.ResultChan()
		if website, isWebsite := event.Object.(*Website); !isWebsite || event.Type != wanted || website.Name != "shop" {
			return fmt.Errorf("instead of %s it tells %s of %v", wanted, event.Type, event.Object)
		}
	}
	return nil
}

func (s *session) isForbidden(ctx context.Context) error {
	err := s.direct.List(ctx, &WebsiteList{})
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "at the cluster scope") {
		return fmt.Errorf("is answered %v", err)
	}
	return nil
}

func (s *session) otherNamespace(ctx context.Context) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: s.namespace + "-"}}
	if err := s.direct.Create(ctx, namespace); err != nil {
		return err
	}
	there := *s
	there.namespace = namespace.Name
	if err := s.GetClient().Create(ctx, there.website("away", "nginx", 1)); err != nil {
		return err
	}
	if err := there.isServed(ctx, "away"); err != nil {
		return errors.Join(err, s.direct.Delete(ctx, namespace))
	}
	if err := s.direct.Delete(ctx, namespace); err != nil {
		return err
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		if err := s.direct.Get(ctx, client.ObjectKeyFromObject(namespace), namespace); !apierrors.IsNotFound(err) {
			return fmt.Errorf("the namespace is answered %v", err)
		}
		return nil
	})
}
