"""For each Website a Deployment that it owns; how many of its replicas are ready stands in the Website's status."""

from __future__ import annotations

import threading
from typing import Any

from kubernetes import client, watch

GROUP, VERSION, PLURAL = "example.com", "v1", "websites"


class WebsiteOperator:
    def __init__(self, api: client.ApiClient) -> None:
        self.apps = client.AppsV1Api(api)
        self.websites = client.CustomObjectsApi(api)

    def run(self, stop: threading.Event) -> None:
        """Reconciles whenever a Website or a Deployment changes."""
        lists = (self.websites.list_cluster_custom_object, self.apps.list_deployment_for_all_namespaces)
        arguments = ((GROUP, VERSION, PLURAL), ())
        threads = [
            threading.Thread(target=self._follow, args=(list_all, given, stop), daemon=True)
            for list_all, given in zip(lists, arguments)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _follow(self, list_all: Any, arguments: tuple[str, ...], stop: threading.Event) -> None:
        while not stop.is_set():
            for event in watch.Watch().stream(list_all, *arguments, timeout_seconds=1):
                self._changed(event["object"])

    def _changed(self, changed: Any) -> None:
        if isinstance(changed, dict):
            self.reconcile(changed["metadata"]["namespace"], changed["metadata"]["name"])
            return
        for owner in changed.metadata.owner_references or []:
            if owner.kind == "Website":
                self.reconcile(changed.metadata.namespace, owner.name)

    def reconcile(self, namespace: str, name: str) -> None:
        try:
            self._step(namespace, name)
        except client.ApiException as error:
            # Deleted, or somebody was faster: then there is another event. Its Deployment goes by itself.
            if error.status not in (404, 409):
                raise

    def _step(self, namespace: str, name: str) -> None:
        website = self.websites.get_namespaced_custom_object(GROUP, VERSION, namespace, PLURAL, name)
        try:
            deployment = self.apps.read_namespaced_deployment(name, namespace)
        except client.ApiException as error:
            if error.status != 404:
                raise
            self.apps.create_namespaced_deployment(namespace, self._deployment(website))
            return  # called again when it changes
        ready = deployment.status.ready_replicas or 0
        if website.get("status", {}).get("readyReplicas") == ready:
            return
        status = {"status": {"readyReplicas": ready}}
        self.websites.patch_namespaced_custom_object_status(GROUP, VERSION, namespace, PLURAL, name, status)

    def _deployment(self, website: dict[str, Any]) -> dict[str, Any]:
        metadata = website["metadata"]
        labels = {"website": metadata["name"]}
        owner = {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": "Website",
            "name": metadata["name"],
            "uid": metadata["uid"],
            "controller": True,
        }
        return {
            "metadata": {"name": metadata["name"], "ownerReferences": [owner]},
            "spec": {
                "replicas": website["spec"]["replicas"],
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "web", "image": website["spec"]["image"]}]},
                },
            },
        }
