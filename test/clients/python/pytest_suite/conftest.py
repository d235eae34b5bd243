"""What the tests of a project have in common: a client, a namespace for each test, and manifests."""

import os
import time
import uuid

import pytest
import yaml
from kubernetes import client, config, utils

IS_NAMESPACED = os.environ["SCOPE"] == "namespace"
PATIENCE = 30


@pytest.fixture(scope="session")
def api_client():
    config.load_kube_config()
    with client.ApiClient() as api:
        yield api


@pytest.fixture(scope="session")
def core(api_client):
    return client.CoreV1Api(api_client)


@pytest.fixture(scope="session")
def apps(api_client):
    return client.AppsV1Api(api_client)


@pytest.fixture
def namespace(core):
    """A namespace that only this test has; who may not make any shares one, and leaves it as it was."""
    if IS_NAMESPACED:
        yield os.environ["NAMESPACE"]
        return
    metadata = client.V1ObjectMeta(generate_name="test-", labels={"suite": "python"})
    made = core.create_namespace(client.V1Namespace(metadata=metadata))
    yield made.metadata.name
    core.delete_namespace(made.metadata.name)


@pytest.fixture
def name():
    return f"test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def create(api_client, namespace, name):
    """Creates the objects of a manifest, in which NAME is a name that is this test's own."""

    def created(manifest):
        objects = list(yaml.safe_load_all(manifest.replace("NAME", name)))
        return [utils.create_from_dict(api_client, item, namespace=namespace)[0] for item in objects]

    return created


@pytest.fixture
def eventually():
    """Asks again until something is so, and tells what it is."""

    def asked(condition):
        give_up = time.monotonic() + PATIENCE
        while not (found := condition()):
            assert time.monotonic() < give_up, "waited in vain"
            time.sleep(0.05)
        return found

    return asked


@pytest.fixture
def administrator():
    if IS_NAMESPACED:
        pytest.skip("this is for an administrator")
