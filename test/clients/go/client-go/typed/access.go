package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"

	"fauxkube/clients/program"
)

func (t *typed) may(ctx context.Context, attributes authorizationv1.ResourceAttributes) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{}
	review.Spec.ResourceAttributes = &attributes
	reviews := t.Client.AuthorizationV1().SelfSubjectAccessReviews()
	answer, err := reviews.Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return answer.Status.Allowed, nil
}

func (t *typed) accessReviews(ctx context.Context) error {
	evict := authorizationv1.ResourceAttributes{
		Namespace: t.Namespace, Verb: "create", Resource: "pods", Subresource: "eviction",
	}
	own, err := t.may(ctx, evict)
	if err != nil {
		return err
	}
	evict.Namespace = "kube-system"
	other, err := t.may(ctx, evict)
	if err != nil {
		return err
	}
	rules, err := t.Client.AuthorizationV1().SelfSubjectRulesReviews().Create(ctx,
		&authorizationv1.SelfSubjectRulesReview{
			Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: t.Namespace},
		}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	hasSecrets := slices.ContainsFunc(rules.Status.ResourceRules, func(rule authorizationv1.ResourceRule) bool {
		return slices.Contains(rule.Resources, "secrets") || slices.Contains(rule.Resources, "*")
	})
	return program.First(
		program.Expect("whether it may evict in its namespace", own, true),
		program.Expect("whether it may elsewhere", other, !t.IsNamespaced),
		program.Expect("whether its rules have secrets", hasSecrets, true),
		program.Expect("whether its rules are all", rules.Status.Incomplete, false),
	)
}

// A token of a service account is somebody, who may do nothing until a binding allows it.
func (t *typed) token(ctx context.Context) error {
	accounts := t.Client.CoreV1().ServiceAccounts(t.Namespace)
	robot := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}
	if _, err := accounts.Create(ctx, robot, metav1.CreateOptions{}); err != nil {
		return err
	}
	request := &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: ptr.To(int64(600))},
	}
	token, err := accounts.CreateToken(ctx, "robot", request, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if life := time.Until(token.Status.ExpirationTimestamp.Time); life < 9*time.Minute || life > 11*time.Minute {
		return fmt.Errorf("expires in %s", life)
	}
	config := rest.AnonymousClientConfig(t.Config)
	config.BearerToken = token.Status.Token
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	self, err := client.AuthenticationV1().SelfSubjectReviews().
		Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	name := "system:serviceaccount:" + t.Namespace + ":robot"
	_, err = client.CoreV1().Pods(t.Namespace).List(ctx, metav1.ListOptions{})
	return program.First(
		program.Expect("the user", self.Status.UserInfo.Username, name),
		program.Expect("the groups", fmt.Sprint(self.Status.UserInfo.Groups),
			"[system:serviceaccounts system:serviceaccounts:"+t.Namespace+" system:authenticated]"),
		program.Refused(err, metav1.StatusReasonForbidden,
			fmt.Sprintf(`pods is forbidden: User %q cannot list resource `+
				`"pods" in API group "" in the namespace %q`, name, t.Namespace)),
		t.bind(ctx, client),
		accounts.Delete(ctx, "robot", metav1.DeleteOptions{}),
		program.Until(ctx, func(ctx context.Context) (bool, error) {
			_, err := client.CoreV1().Pods(t.Namespace).List(ctx, metav1.ListOptions{})
			return apierrors.IsUnauthorized(err), nil
		}),
	)
}

func (t *typed) bind(ctx context.Context, client kubernetes.Interface) error {
	bindings := t.Client.RbacV1().RoleBindings(t.Namespace)
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "robot"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: "robot", Namespace: t.Namespace}},
	}
	if t.IsNamespaced {
		_, err := bindings.Create(ctx, binding, metav1.CreateOptions{})
		refused := program.Refused(err, metav1.StatusReasonForbidden,
			"is attempting to grant RBAC permissions not currently held")
		if refused != nil {
			return refused
		}
	}
	binding.RoleRef.Name = "view"
	if _, err := bindings.Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		return err
	}
	return program.Until(ctx, func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().Pods(t.Namespace).List(ctx, metav1.ListOptions{})
		if apierrors.IsForbidden(err) {
			return false, nil
		}
		return err == nil, err
	})
}

func (t *typed) events(ctx context.Context) error {
	about, err := t.Client.CoreV1().ConfigMaps(t.Namespace).Get(ctx, "counter", metav1.GetOptions{})
	if err != nil {
		return err
	}
	events := t.Client.CoreV1().Events(t.Namespace)
	event := &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "counter.", Namespace: t.Namespace},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: "v1", Kind: "ConfigMap", Namespace: t.Namespace, Name: about.Name, UID: about.UID,
		},
		Reason: "Counted", Message: "Counted to eleven", Type: corev1.EventTypeNormal,
		Source: corev1.EventSource{Component: "counter"},
	}
	if _, err := events.CreateWithEventNamespaceWithContext(ctx, event); err != nil {
		return err
	}
	found, err := events.SearchWithContext(ctx, scheme.Scheme, about)
	if err != nil {
		return err
	}
	selected, err := events.List(ctx, metav1.ListOptions{FieldSelector: "reason=Counted,type=Normal,source=counter"})
	if err != nil {
		return err
	}
	event.InvolvedObject.Namespace = "default"
	_, err = events.Create(ctx, event, metav1.CreateOptions{})
	return program.First(
		program.Expect("the number of events about it", len(found.Items), 1),
		program.Expect("the number of events with that reason", len(selected.Items), 1),
		program.Refused(err, metav1.StatusReasonInvalid, "involvedObject.namespace: Invalid value"),
	)
}

func (t *typed) access() {
	t.Check("reviews tell what one may do here and elsewhere", t.accessReviews)
	t.Check("a requested token is a service account, which may what a binding allows, until it is deleted", t.token)
	t.Check("events are found by what they are about, and by their fields", t.events)
}
