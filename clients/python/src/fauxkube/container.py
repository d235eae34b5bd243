"""Serves a cluster by a container: takes the package `testcontainers` (`pip install fauxkube[container]`)."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Sequence
from typing import Any

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from .cluster import Cluster

PORT = 6443
_KUBECONFIG = "/kubeconfigs/host"
_READY = r"fauxkube is ready"


class FauxkubeContainer(DockerContainer):
    """A container of the image that fauxkube's Dockerfile makes.

    >>> with FauxkubeContainer("fauxkube:0.1.0") as container:  # doctest: +SKIP
    ...     container.cluster().apply("…")
    """

    def __init__(self, image: str, args: Sequence[str] = (), timeout_seconds: float = 60, **options: Any) -> None:
        super().__init__(image, **options)
        self.with_exposed_ports(PORT)
        # The certificate has to be good for the name by which the engine's host is asked.
        self.with_command(["start", f"--tls-san={self.get_docker_client().host()}", *args])
        self.waiting_for(LogMessageWaitStrategy(_READY).with_startup_timeout(int(timeout_seconds)))

    def cluster(self) -> Cluster:
        """The cluster, by the port that the engine chose. It ends with the container."""
        stream, _ = self.get_wrapped_container().get_archive(_KUBECONFIG)
        with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
            file = archive.extractfile("host")
            if file is None:
                raise ValueError(f"{_KUBECONFIG} is no file in {self.image}")
            inner = file.read().decode()
        return Cluster(outer_kubeconfig(inner, self.get_container_host_ip(), int(self.get_exposed_port(PORT))))


def outer_kubeconfig(kubeconfig: str, host: str, port: int) -> str:
    """The kubeconfig for whoever comes through a port of the engine's host."""
    name = f"[{host}]" if ":" in host else host
    return re.sub(r"(?m)^( *server: ).*$", rf"\g<1>https://{name}:{port}", kubeconfig)
