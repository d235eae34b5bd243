"""What a kubeconfig of fauxkube gives its client."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Credentials:
    """A server, whom it is trusted by, and who asks."""

    server: str
    authority: str
    certificate: str | None
    key: str | None
    token: str | None


def read_credentials(kubeconfig: str) -> Credentials:
    """Reads what fauxkube writes: one cluster and one user, each field on a line of its own.

    :raises ValueError: when there is no server in it, or no authority
    """

    def field(name: str) -> str | None:
        found = re.search(rf"^[ -]*{name}: *[\"']?([^\"'\s]+)", kubeconfig, re.MULTILINE)
        return found[1] if found else None

    def decoded(name: str) -> str | None:
        text = field(name)
        return None if text is None else base64.b64decode(text).decode()

    server, authority = field("server"), decoded("certificate-authority-data")
    if server is None or authority is None:
        raise ValueError("the kubeconfig has no server or no certificate-authority-data: fauxkube did not write it")
    return Credentials(
        server.rstrip("/"), authority, decoded("client-certificate-data"), decoded("client-key-data"), field("token")
    )
