// Package conformance runs Kubernetes' own end-to-end tests with a limit for each, and tells an URL how each ended.
package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	conformancetestdata "k8s.io/kubernetes/test/conformance/testdata"
	"k8s.io/kubernetes/test/e2e"
	"k8s.io/kubernetes/test/e2e/framework"
	"k8s.io/kubernetes/test/e2e/framework/config"
	"k8s.io/kubernetes/test/e2e/framework/testfiles"
	e2etestingmanifests "k8s.io/kubernetes/test/e2e/testing-manifests"
	testfixtures "k8s.io/kubernetes/test/fixtures"

	// What the framework expects to be registered.
	_ "k8s.io/kubernetes/test/e2e/feature"
	_ "k8s.io/kubernetes/test/e2e/framework/debug/init"
	_ "k8s.io/kubernetes/test/e2e/framework/metrics/init"
	_ "k8s.io/kubernetes/test/e2e/framework/node/init"

	// The folders that have Conformance specs.
	_ "k8s.io/kubernetes/test/e2e/apimachinery"
	_ "k8s.io/kubernetes/test/e2e/apps"
	_ "k8s.io/kubernetes/test/e2e/architecture"
	_ "k8s.io/kubernetes/test/e2e/auth"
	_ "k8s.io/kubernetes/test/e2e/common"
	_ "k8s.io/kubernetes/test/e2e/dra"
	_ "k8s.io/kubernetes/test/e2e/instrumentation"
	_ "k8s.io/kubernetes/test/e2e/kubectl"
	_ "k8s.io/kubernetes/test/e2e/network"
	_ "k8s.io/kubernetes/test/e2e/node"
	_ "k8s.io/kubernetes/test/e2e/scheduling"
	_ "k8s.io/kubernetes/test/e2e/storage"
)

var (
	outcomesURL = flag.String("outcomes-url", "", "where to POST the number of specs that run, and how each ended")
	specTimeout = flag.Duration("spec-timeout", 3*time.Minute, "how long a spec may take")
)

// outcome is how one spec ended.
type outcome struct {
	Name    string  `json:"name"`
	State   string  `json:"state"`
	Seconds float64 `json:"seconds"`
	// Messages are the failure and those that followed it, such as what a spec waited for when its time was up.
	Messages []string `json:"messages"`
	// Step is the last that the spec has announced before it failed.
	Step string `json:"step"`
}

func TestMain(m *testing.M) {
	config.CopyFlags(config.Flags, flag.CommandLine)
	framework.RegisterCommonFlags(flag.CommandLine)
	framework.RegisterClusterFlags(flag.CommandLine)
	flag.Parse()
	testfiles.AddFileSource(e2etestingmanifests.GetE2ETestingManifestsFS())
	testfiles.AddFileSource(testfixtures.GetTestFixturesFS())
	testfiles.AddFileSource(conformancetestdata.GetConformanceTestdataFS())
	ginkgo.AddTreeConstructionNodeArgsTransformer(limitSpec)
	framework.AfterReadingAllFlags(&framework.TestContext)
	os.Exit(m.Run())
}

func TestConformance(t *testing.T) {
	// Not before: the framework's preview of all specs calls reporters too, and keeps those that follow each spec.
	ginkgo.ReportBeforeSuite(func(report ginkgo.Report) {
		tell("started", map[string]int{"specs": report.PreRunStats.SpecsThatWillRun})
	})
	ginkgo.ReportAfterEach(tellEnded)
	e2e.RunE2ETests(t)
}

// limitSpec gives a spec that can be interrupted its limit, unless it brings one; the last decorator wins.
func limitSpec(nodeType types.NodeType, _ ginkgo.Offset, text string, args []any) (string, []any, []error) {
	if nodeType != types.NodeTypeIt {
		return text, args, nil
	}
	for _, arg := range args {
		switch arg.(type) {
		case func(context.Context), func(ginkgo.SpecContext):
			return text, append([]any{ginkgo.SpecTimeout(*specTimeout)}, args...), nil
		}
	}
	return text, args, nil
}

func tellEnded(report ginkgo.SpecReport) {
	leftOut := report.State.Is(types.SpecStateSkipped|types.SpecStatePending) && report.Failure.Message == ""
	if leftOut || report.LeafNodeType != types.NodeTypeIt {
		return
	}
	messages := []string{}
	add := func(failure types.Failure) {
		for _, text := range []string{failure.Message, failure.ForwardedPanic} {
			if text != "" {
				messages = append(messages, text)
			}
		}
		if failure.AdditionalFailure != nil && failure.AdditionalFailure.Failure.Message != "" {
			messages = append(messages, failure.AdditionalFailure.Failure.Message)
		}
	}
	add(report.Failure)
	for _, additional := range report.AdditionalFailures {
		add(additional.Failure)
	}
	step := ""
	for _, event := range report.SpecEvents {
		isBefore := event.TimelineLocation.Order < report.Failure.TimelineLocation.Order
		if event.SpecEventType == types.SpecEventByStart && isBefore {
			step = event.Message
		}
	}
	tell("ended", outcome{report.FullText(), report.State.String(), report.RunTime.Seconds(), messages, step})
}

// tell loses nothing silently: without the runner there is no report.
func tell(what string, content any) {
	if *outcomesURL == "" {
		return
	}
	body, err := json.Marshal(content)
	if err == nil {
		var answer *http.Response
		answer, err = http.Post(*outcomesURL+"/"+what, "application/json", bytes.NewReader(body))
		if err == nil {
			_ = answer.Body.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the runner of the specs does not answer:", err)
	}
}
