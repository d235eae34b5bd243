package container

import (
	"slices"
	"strings"
	"testing"
)

func TestContainerServesTheHostOfTheEngine(t *testing.T) {
	request := Request("fauxkube:0.1.0", "engine.example", "--nodes=3")
	if !slices.Equal(request.Cmd, []string{"start", "--tls-san=engine.example", "--nodes=3"}) {
		t.Error(request.Cmd)
	}
	if request.Image != "fauxkube:0.1.0" || !slices.Equal(request.ExposedPorts, []string{"6443/tcp"}) {
		t.Error(request.Image, request.ExposedPorts)
	}
	if err := request.Validate(); err != nil {
		t.Error(err)
	}
}

func TestKubeconfigLeadsToThePortOfTheEngine(t *testing.T) {
	inner := "clusters:\n- cluster:\n    server: https://127.0.0.1:6443\n    certificate-authority-data: QQ==\n"
	for host, want := range map[string]string{"localhost": "https://localhost:32768", "::1": "https://[::1]:32768"} {
		outer := string(outerKubeconfig([]byte(inner), host, "32768"))
		if !strings.Contains(outer, "    server: "+want+"\n    certificate-authority-data: QQ==\n") {
			t.Error(outer)
		}
	}
}
