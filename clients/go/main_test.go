package fauxkube

import (
	"fmt"
	"os"
	"testing"
)

// asProgram names a variable: with it this program starts a cluster, says where its kubeconfig is, and dies.
const asProgram = "FAUXKUBE_GO_TEST_DIES"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(Main(m, Options{}))
	}
	cluster, err := New(Options{Args: []string{"--nodes=0"}})
	if err != nil {
		panic(err)
	}
	path, _ := cluster.KubeconfigPath()
	fmt.Println(path)
	panic("as a test that runs out of time does")
}
