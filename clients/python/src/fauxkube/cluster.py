"""A cluster that somebody started, and what tests do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from .admin import AdminClient, AdminError
from .credentials import read_credentials
from .folders import make_folder, remove_folder

if TYPE_CHECKING:
    from kubernetes.client import ApiClient, Configuration


class Cluster:
    """One cluster: a whole server, or a virtual cluster of one. Ends with `stop()`, or by itself after `with`."""

    def __init__(
        self,
        kubeconfig: str,
        *,
        name: str | None = None,
        server: Cluster | None = None,
        path: Path | None = None,
        on_stop: Callable[[], None] | None = None,
    ) -> None:
        self._kubeconfig = kubeconfig
        self._credentials = read_credentials(kubeconfig)
        self._client = AdminClient(self._credentials)
        self._name = name
        self._server = server or self
        self._path = path
        self._folder: Path | None = None
        self._on_stop = on_stop

    @property
    def url(self) -> str:
        """`https://127.0.0.1:6443`, or that of the virtual cluster."""
        return self._credentials.server

    @property
    def name(self) -> str | None:
        """The name of a virtual cluster; None for a whole server."""
        return self._name

    @property
    def kubeconfig(self) -> str:
        """The text of the administrator's kubeconfig."""
        return self._kubeconfig

    @property
    def kubeconfig_path(self) -> Path:
        """A file with it, for `KUBECONFIG`; gone when the cluster has stopped, or this process has ended."""
        if self._path is None:
            self._folder = make_folder()
            self._path = self._folder / "kubeconfig"
            self._path.touch(0o600)
            self._path.write_text(self._kubeconfig)
        return self._path

    def configuration(self) -> Configuration:
        """A `kubernetes.client.Configuration`: takes the package `kubernetes`."""
        from kubernetes import client, config

        configuration = client.Configuration()
        file = str(self.kubeconfig_path)
        config.load_kube_config(file, client_configuration=configuration)  # type: ignore[no-untyped-call]
        return configuration

    def api_client(self) -> ApiClient:
        """A `kubernetes.client.ApiClient` for `AppsV1Api` and the others: takes the package `kubernetes`."""
        from kubernetes import client

        return client.ApiClient(self.configuration())

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Asks any path, such as `/-/controllers`, and returns the answer's JSON.

        A text goes out as it is, every other body as JSON.

        :raises NotServed: when this fauxkube has no such path
        :raises AdminError: for every other answer that is no success
        """
        return self._client.json(method, path, body)

    def apply(self, manifest: str) -> None:
        """Creates or changes objects: YAML or JSON, any number of documents, in whatever order."""
        self.admin("POST", "/-/apply", manifest)

    def reset(self) -> None:
        """Back to how the cluster was when it became ready."""
        self.admin("POST", "/-/reset")

    def settle(self, timeout_seconds: float = 30) -> None:
        """Returns as soon as no controller has anything to do any more."""
        self.admin("POST", "/-/settle", {"timeoutSeconds": timeout_seconds})

    def clock(self, **change: Any) -> Any:
        """Moves the cluster's clock: `freeze=True`, `advance="1h"`, `next=True`, `speed=10`, `set="…"`, where
        `set="now"` brings real time back. Without any of them it only tells how the clock is."""
        return self.admin("POST", "/-/clock", change) if change else self.admin("GET", "/-/clock")

    def add_fault(self, rule: dict[str, Any]) -> Any:
        """From now on requests that the rule is about fail as it says."""
        return self.admin("POST", "/-/faults", rule)

    def clear_faults(self) -> None:
        """No request fails on purpose any more."""
        self.admin("DELETE", "/-/faults")

    @contextmanager
    def fault(self, rule: dict[str, Any]) -> Iterator[None]:
        """A fault for the time of a `with`; others stay."""
        added = self.add_fault(rule)
        try:
            yield
        finally:
            self.admin("DELETE", f"/-/faults/{quote(added['id'])}")

    def requests(self, **query: str) -> Any:
        """The journal of requests, all or those that the query is about: `verb="create"`."""
        return self.admin("GET", f"/-/requests?{urlencode(query)}" if query else "/-/requests")

    def set_controller(self, name: str, enabled: bool, namespace: str | None = None) -> None:
        """Switches a controller off or on, everywhere or in one namespace."""
        place = {} if namespace is None else {"namespace": namespace}
        self.admin("PUT", f"/-/controllers/{quote(name)}", {"enabled": enabled, **place})

    def fork(self, name: str | None = None, from_: str | None = None) -> Cluster:
        """A virtual cluster on the same port, which goes its own way from now on.

        :param name: a DNS label; one that is free unless given
        :param from_: what it begins with: this one as it is unless given, `fixtures` for how the server began, `empty`
        """
        body = {"from": from_ or self._name or "main", **({} if name is None else {"name": name})}
        server = self._server
        made = server.admin("POST", "/-/clusters", body)
        return Cluster(
            made["kubeconfig"], name=made["name"], server=server, on_stop=lambda: server._forget(made["name"])
        )

    def _forget(self, name: str) -> None:
        try:
            self.admin("DELETE", f"/-/clusters/{quote(name)}")
        except AdminError as error:
            # It may have been idle for too long.
            if error.status != 404:
                raise

    def stop(self) -> None:
        """Ends it, for good. Once is enough; more does no harm."""
        on_stop, self._on_stop = self._on_stop, None
        try:
            if on_stop is not None:
                on_stop()
        finally:
            if self._folder is not None:
                remove_folder(self._folder)
                self._folder = self._path = None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def connect(kubeconfig: str) -> Cluster:
    """A cluster that runs already, by the text of its administrator's kubeconfig. It goes on after `stop()`."""
    return Cluster(kubeconfig)
