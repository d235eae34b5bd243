import os

import pytest
from kubernetes import client, watch
from kubernetes.client.exceptions import ForbiddenException
from kubernetes.stream import stream

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 2
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec:
  selector: {app: NAME}
  ports: [{port: 80}]
"""


@pytest.fixture
def ready(apps, create, namespace, name):
    """A deployment whose pods are ready."""
    create(MANIFEST)
    watcher = watch.Watch()
    for event in watcher.stream(
        apps.list_namespaced_deployment, namespace, field_selector=f"metadata.name={name}", timeout_seconds=30
    ):
        if event["object"].status.ready_replicas == 2:
            watcher.stop()
            return event["object"]
    raise AssertionError("it is never ready")


def test_pods(core, ready, namespace, name):
    """a deployment has the pods that it wants"""
    pods = core.list_namespaced_pod(
        namespace, label_selector=f"app={name}", field_selector="status.phase=Running"
    ).items
    assert len(pods) == 2
    assert all(pod.metadata.owner_references[0].kind == "ReplicaSet" for pod in pods)


def test_service(core, ready, namespace, name, eventually):
    """a service answers as soon as a pod is ready"""

    def answer():
        try:
            return core.connect_get_namespaced_service_proxy(name, namespace)
        except client.ApiException as error:
            assert error.status == 503
            return None

    assert "Welcome to nginx!" in eventually(answer)


def test_exec(core, ready, namespace, name):
    """commands run in its pods"""
    pod = core.list_namespaced_pod(namespace, label_selector=f"app={name}").items[0].metadata.name
    options = {"stdin": False, "stdout": True, "stderr": True, "tty": False}
    said = stream(core.connect_get_namespaced_pod_exec, pod, namespace, command=["hostname"], **options)
    assert said == f"{pod}\n"


def test_scale_down(core, apps, ready, namespace, name, eventually):
    """a deployment without replicas has no pods"""
    apps.patch_namespaced_deployment_scale(name, namespace, {"spec": {"replicas": 0}})
    eventually(lambda: not core.list_namespaced_pod(namespace, label_selector=f"app={name}").items)


def test_namespace(core, namespace, administrator, eventually):
    """a namespace that goes takes along what is in it"""
    metadata = client.V1ObjectMeta(generate_name="going-")
    going = core.create_namespace(client.V1Namespace(metadata=metadata)).metadata.name
    core.create_namespaced_config_map(going, {"metadata": {"name": "a"}})
    core.delete_namespace(going)

    def is_gone():
        return going not in [item.metadata.name for item in core.list_namespace().items]

    eventually(is_gone)
    with pytest.raises(client.ApiException, match="not found"):
        core.read_namespaced_config_map("a", going)


@pytest.mark.skipif(os.environ["SCOPE"] == "cluster", reason="an administrator may do everything")
@pytest.mark.parametrize("namespace", ["default", "kube-system"])
def test_forbidden(core, namespace):
    """other namespaces are forbidden"""
    with pytest.raises(ForbiddenException, match="forbidden"):
        core.list_namespaced_pod(namespace)
