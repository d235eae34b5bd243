import os

import pytest
from kubernetes.client.exceptions import ApiException

MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: NAME
  labels: {test: NAME}
data:
  greeting: hello
"""


def test_create(core, create, namespace, name):
    """what a manifest has is what is read"""
    [made] = create(MANIFEST)
    found = core.read_namespaced_config_map(name, namespace)
    assert found == made
    assert found.data == {"greeting": "hello"}


def test_fresh(core, create, namespace, name):
    """a test sees nothing of those before it"""
    create(MANIFEST)
    found = core.list_namespaced_config_map(namespace, label_selector="test").items
    own = [item.metadata.name for item in found if item.metadata.labels["test"] == name]
    assert own == [name]
    if os.environ["SCOPE"] == "cluster":
        assert len(found) == 1


@pytest.mark.parametrize(
    ("content_type", "patch"),
    [
        ("application/strategic-merge-patch+json", {"data": {"greeting": "hi"}}),
        ("application/merge-patch+json", {"data": {"greeting": "hi"}}),
        ("application/json-patch+json", [{"op": "replace", "path": "/data/greeting", "value": "hi"}]),
    ],
    ids=["strategic", "merge", "JSON"],
)
def test_patch(core, create, namespace, name, content_type, patch):
    """a patch of each kind changes the same"""
    create(MANIFEST)
    patched = core.patch_namespaced_config_map(name, namespace, patch, _content_type=content_type)
    assert patched.data == {"greeting": "hi"}
    assert patched.metadata.managed_fields[0].operation == "Update"


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"metadata": {"name": "other"}}, 400, "the name of the object"),
        ({"metadata": {"resourceVersion": "1"}}, 409, "the object has been modified"),
        ({"immutable": True, "data": {"bad key!": ""}}, 422, "a valid config key must consist of"),
    ],
    ids=["name", "version", "key"],
)
def test_refused(core, create, namespace, name, change, status, message):
    """what is wrong with an update is told"""
    create(MANIFEST)
    body = {**change, "metadata": {"name": name, **change.get("metadata", {})}}
    with pytest.raises(ApiException) as caught:
        core.replace_namespaced_config_map(name, namespace, body)
    assert caught.value.status == status
    assert message in caught.value.body


def test_delete(core, create, namespace, name):
    """what is deleted is not found"""
    create(MANIFEST)
    core.delete_namespaced_config_map(name, namespace)
    with pytest.raises(ApiException, match="not found"):
        core.read_namespaced_config_map(name, namespace)
