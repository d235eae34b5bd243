"""The fixtures that pytest finds as soon as the package is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast, get_args

import pytest

from .cluster import Cluster
from .process import start

Scope = Literal["session", "package", "module", "class", "function"]
_SCOPES = get_args(Scope)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fauxkube")
    group.addoption("--fauxkube-command", help="program that serves clusters, before FAUXKUBE_COMMAND")
    group.addoption("--fauxkube-image", help="serve clusters by containers of this image")
    group.addoption("--fauxkube-scope", choices=_SCOPES, help="how long one server lives; session unless given")
    parser.addini("fauxkube_args", "flags of `fauxkube start`", type="args")
    parser.addini("fauxkube_command", "program that serves clusters")
    parser.addini("fauxkube_image", "image whose containers serve clusters")
    parser.addini("fauxkube_scope", "how long one server lives", default="session")


def _setting(config: pytest.Config, name: str) -> str:
    return str(config.getoption(f"--fauxkube-{name}") or config.getini(f"fauxkube_{name}") or "")


def _scope(fixture_name: str, config: pytest.Config) -> Scope:
    scope = _setting(config, "scope")
    if scope not in _SCOPES:
        raise pytest.UsageError(f"fauxkube_scope has to be one of {', '.join(_SCOPES)}, not {scope!r}")
    return cast(Scope, scope)


@pytest.fixture(scope=_scope)
def fauxkube_args(pytestconfig: pytest.Config) -> list[str]:
    """Flags of `fauxkube start`: those of the ini file. Override it to choose others."""
    return list(pytestconfig.getini("fauxkube_args"))


@pytest.fixture(scope=_scope)
def fauxkube_server(pytestconfig: pytest.Config, fauxkube_args: list[str]) -> Iterator[Cluster]:
    """A server, as long as its scope lasts, whatever tests did to it."""
    if image := _setting(pytestconfig, "image"):
        from .container import FauxkubeContainer

        with FauxkubeContainer(image, fauxkube_args) as container, container.cluster() as cluster:
            yield cluster
    else:
        with start(fauxkube_args, command=_setting(pytestconfig, "command") or None) as cluster:
            yield cluster


@pytest.fixture
def fauxkube(fauxkube_server: Cluster) -> Cluster:
    """The server, as new: it was reset before the test."""
    fauxkube_server.reset()
    return fauxkube_server


@pytest.fixture
def fauxkube_fork(fauxkube_server: Cluster) -> Iterator[Cluster]:
    """A virtual cluster as new for this test alone, while others may have theirs."""
    with fauxkube_server.fork(from_="fixtures") as cluster:
        yield cluster
