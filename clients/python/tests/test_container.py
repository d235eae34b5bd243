import pytest

pytest.importorskip("testcontainers")

from fauxkube.container import PORT, FauxkubeContainer, outer_kubeconfig  # noqa: E402


class Engine:
    """Where there is none: it is only asked when a container starts."""

    def host(self) -> str:
        return "engine.example"


def test_container_serves_the_host_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testcontainers.core.container.DockerClient", lambda **_options: Engine())
    made = FauxkubeContainer("fauxkube:0.1.0", ["--nodes=3"])
    assert made.image == "fauxkube:0.1.0"
    assert list(made.ports) in ([PORT], [str(PORT)])
    assert made._command == ["start", "--tls-san=engine.example", "--nodes=3"]


def test_kubeconfig_leads_to_the_port_of_the_engine() -> None:
    inner = "    server: https://127.0.0.1:6443\n    certificate-authority-data: QQ==\n"
    assert outer_kubeconfig(inner, "localhost", 32768).startswith("    server: https://localhost:32768\n")
    assert "https://[::1]:1\n" in outer_kubeconfig(inner, "::1", 1)
