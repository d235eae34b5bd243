"""Requests to the API below `/-/`, and to any other path of the cluster."""

from __future__ import annotations

import http.client
import json
import ssl
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .credentials import Credentials


class AdminError(Exception):
    """An answer that is no success. `status` is its HTTP status, `body` what came with it."""

    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        self.status = status
        self.body = body
        super().__init__(f"{method} {path}: {status} {_message_of(body)}")


class NotServed(AdminError):
    """This version of fauxkube has no such path: a newer one may."""

    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        super().__init__(method, path, status, body)
        self.args = (f"this fauxkube does not serve {method} {path}: take a newer one",)


def _message_of(body: str) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.strip()


def _context(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=credentials.authority)
    if credentials.certificate and credentials.key:
        # The ssl module takes certificates of clients from files only.
        with tempfile.TemporaryDirectory(prefix="fauxkube-") as folder:
            file = Path(folder, "client.pem")
            file.touch(0o600)
            file.write_text(credentials.certificate + credentials.key)
            context.load_cert_chain(file)
    return context


class AdminClient:
    """Asks one cluster with the credentials of its kubeconfig, a connection for each request."""

    def __init__(self, credentials: Credentials, timeout_seconds: float = 60) -> None:
        self._credentials = credentials
        self._context = _context(credentials)
        self._timeout_seconds = timeout_seconds

    def text(self, method: str, path: str, body: Any = None) -> str:
        """The text of the answer. Texts go out as they are, everything else as JSON."""
        server = urlsplit(self._credentials.server)
        connection = http.client.HTTPSConnection(
            server.hostname or "", server.port, timeout=self._timeout_seconds, context=self._context
        )
        headers = {"Accept": "application/json"}
        if self._credentials.token:
            headers["Authorization"] = f"Bearer {self._credentials.token}"
        if body is not None:
            headers["Content-Type"] = "application/yaml" if isinstance(body, str) else "application/json"
        sent = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, server.path + path, sent, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status < 300:
            return text
        missing = answer.status == 404 and "could not find the requested resource" in text
        raise (NotServed if missing else AdminError)(method, path, answer.status, text)

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """The answer as Python values; None for an empty one."""
        text = self.text(method, path, body)
        return json.loads(text) if text.strip() else None
