// Package program is what the programs of this module share: what they are told, and how they say what has held.
package program

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Patience is how long anything may take that a cluster does in its own time.
const Patience = 30 * time.Second

// Program knows who it is, and whether all that it has tried has held.
type Program struct {
	Config    *rest.Config
	Client    kubernetes.Interface
	Namespace string
	// It is a user of its namespace, and no administrator of the cluster.
	IsNamespaced bool

	failed bool
}

// New reads the environment.
func New() *Program {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	config.QPS = -1
	return &Program{
		Config:       config,
		Client:       kubernetes.NewForConfigOrDie(config),
		Namespace:    os.Getenv("NAMESPACE"),
		IsNamespaced: os.Getenv("SCOPE") == "namespace",
	}
}

// Check says whether something holds.
func (p *Program) Check(what string, test func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := test(ctx); err != nil {
		p.failed = true
		fmt.Printf("not ok %s: %s\n", what, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Printf("ok %s\n", what)
}

// End ends the process.
func (p *Program) End() {
	if p.failed {
		os.Exit(1)
	}
}

// Until asks again and again, for what no watch tells.
func Until(ctx context.Context, holds func(ctx context.Context) (bool, error)) error {
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, Patience, true, holds)
}

// Expect compares two values.
func Expect[T comparable](what string, found, wanted T) error {
	if found != wanted {
		return fmt.Errorf("%s is %v, not %v", what, found, wanted)
	}
	return nil
}

// Refused is nil if a call was refused with that reason, in words that have all of these in them.
func Refused(err error, reason metav1.StatusReason, words ...string) error {
	if err == nil {
		return fmt.Errorf("is not refused, but should be as %s", reason)
	}
	if found := apierrors.ReasonForError(err); found != reason {
		return fmt.Errorf("is refused as %s, not %s: %w", found, reason, err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			return fmt.Errorf("is refused without %q: %w", word, err)
		}
	}
	return nil
}

// First is the first of some errors.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
