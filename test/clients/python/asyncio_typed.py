"""kubernetes-asyncio: typed, custom and dynamic APIs, and many requests and watches at once."""

import asyncio

from kubernetes_asyncio import client, config, watch
from kubernetes_asyncio.client.api_client import ApiClient
from kubernetes_asyncio.client.exceptions import ApiException
from kubernetes_asyncio.dynamic import DynamicClient
from kubernetes_asyncio.utils import create_from_dict

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run

WIDGETS = ("python.example.com", "v1", NAMESPACE, "widgets")


def config_map(name, data=None, **metadata):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, **metadata), data=data)


@holds("a kubeconfig is loaded, and the server says its version")
async def version():
    await config.load_kube_config()
    async with ApiClient() as api:
        equal((await client.VersionApi(api).get_code()).major, "1")


@holds("many objects are created at once, each with a version of its own")
async def create():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        bodies = [config_map(f"many-{number:02}", {"n": str(number)}, labels={"app": "many"}) for number in range(40)]
        created = await asyncio.gather(*(core.create_namespaced_config_map(NAMESPACE, body) for body in bodies))
        equal(len({item.metadata.resource_version for item in created}), 40)
        names, token = [], None
        while token != "":
            page = await core.list_namespaced_config_map(
                NAMESPACE, label_selector="app=many", limit=15, _continue=token or ""
            )
            names.append([item.metadata.name for item in page.items])
            token = page.metadata._continue or ""
        equal([len(page) for page in names], [15, 15, 10])
        equal(sum(names, []), [body.metadata.name for body in bodies])


@holds("of many updates of one version one succeeds")
async def conflict():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        found = await core.read_namespaced_config_map("many-00", NAMESPACE)

        async def attempt(number):
            body = config_map("many-00", {"n": f"{number}"}, resource_version=found.metadata.resource_version)
            return (await core.replace_namespaced_config_map("many-00", NAMESPACE, body)).data["n"]

        results = await asyncio.gather(*(attempt(number) for number in range(10)), return_exceptions=True)
        errors = [result for result in results if isinstance(result, ApiException)]
        equal(({error.status for error in errors}, len(errors)), ({409}, 9))
        [winner] = [result for result in results if isinstance(result, str)]
        equal((await core.read_namespaced_config_map("many-00", NAMESPACE)).data["n"], winner)


@holds("a watch sees what others do meanwhile, from the version of a list")
async def watches():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        start = (await core.list_namespaced_config_map(NAMESPACE)).metadata.resource_version
        events, is_watching = [], asyncio.Event()

        async def see():
            async with watch.Watch() as watcher:
                stream = watcher.stream(
                    core.list_namespaced_config_map,
                    NAMESPACE,
                    resource_version=start,
                    label_selector="app=seen",
                    timeout_seconds=PATIENCE,
                )
                async for event in stream:
                    is_watching.set()
                    events.append((event["type"], (event["object"].data or {}).get("n")))
                    if event["type"] == "DELETED":
                        return watcher.resource_version

        seen = asyncio.create_task(see())
        await core.create_namespaced_config_map(NAMESPACE, config_map("seen", {"n": "0"}, labels={"app": "seen"}))
        await asyncio.wait_for(is_watching.wait(), PATIENCE)
        await core.patch_namespaced_config_map("seen", NAMESPACE, {"data": {"n": "1"}})
        await core.delete_namespaced_config_map("seen", NAMESPACE)
        assert int(await seen) > int(start)
        equal(events, [("ADDED", "0"), ("MODIFIED", "1"), ("DELETED", "1")])


@holds("a watch from a version that is gone is 410")
async def gone():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        with raises(ApiException, "Expired: too old resource version: 1", status=410):
            async with watch.Watch() as watcher:
                async for _ in watcher.stream(
                    core.list_namespaced_config_map, NAMESPACE, resource_version="1", timeout_seconds=PATIENCE
                ):
                    pass


@holds("patches of each kind, and server-side apply with a conflict")
async def patches():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        ports = [{"name": "http", "port": 80}]
        await create_from_dict(
            api,
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": ports}},
            namespace=NAMESPACE,
        )
        more = {"spec": {"ports": [{"name": "https", "port": 443}]}}
        patched = await core.patch_namespaced_service("web", NAMESPACE, more)
        equal({port.name for port in patched.spec.ports}, {"http", "https"})
        patched = await core.patch_namespaced_service(
            "web", NAMESPACE, more, _content_type="application/merge-patch+json"
        )
        equal([port.name for port in patched.spec.ports], ["https"])
        rename = [{"op": "replace", "path": "/spec/ports/0/name", "value": "tls"}]
        patched = await core.patch_namespaced_service(
            "web", NAMESPACE, rename, _content_type="application/json-patch+json"
        )
        equal([port.name for port in patched.spec.ports], ["tls"])

        async def applied(manager, value):
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": value}}
            return await core.patch_namespaced_config_map(
                "applied", NAMESPACE, body, field_manager=manager, _content_type="application/apply-patch+yaml"
            )

        await applied("one", "1")
        with raises(ApiException, 'conflict with \\"one\\"', status=409):
            await applied("two", "2")


@holds("custom resources have a status of their own")
async def custom():
    async with ApiClient() as api:
        widgets = client.CustomObjectsApi(api)
        body = {
            "apiVersion": "python.example.com/v1",
            "kind": "Widget",
            "metadata": {"name": "first"},
            "spec": {"color": "red"},
        }
        await widgets.create_namespaced_custom_object(*WIDGETS, body)
        patched = await widgets.patch_namespaced_custom_object_status(
            *WIDGETS, "first", {"status": {"phase": "Ready"}}, _content_type="application/merge-patch+json"
        )
        equal((patched["spec"], patched["status"]), ({"color": "red", "replicas": 1}, {"phase": "Ready"}))
        with raises(ApiException, 'spec.color: Unsupported value: \\"pink\\"', status=422):
            await widgets.create_namespaced_custom_object(
                *WIDGETS, {**body, "metadata": {"name": "bad"}, "spec": {"color": "pink"}}
            )


@holds("the dynamic client discovers, applies and watches")
async def dynamic():
    async with ApiClient() as api:
        dynamic = await DynamicClient(api)
        widgets = await dynamic.resources.get(api_version="python.example.com/v1", kind="Widget")
        body = {"apiVersion": widgets.group_version, "kind": "Widget", "metadata": {"name": "second"}}
        applied = await widgets.server_side_apply(
            body={**body, "spec": {"color": "blue"}}, namespace=NAMESPACE, field_manager="one"
        )
        equal(applied.spec.to_dict(), {"color": "blue", "replicas": 1})
        names = []
        async for event in widgets.watch(namespace=NAMESPACE, timeout=1):
            names.append((event["type"], event["object"].metadata.name))
        equal(sorted(names), [("ADDED", "first"), ("ADDED", "second")])
        await widgets.delete(name="second", namespace=NAMESPACE)
        equal([item.metadata.name for item in (await widgets.get(namespace=NAMESPACE)).items], ["first"])


@holds("everything that a selector means is deleted at once")
async def delete():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        await core.delete_collection_namespaced_config_map(
            NAMESPACE, label_selector="app=many", propagation_policy="Background"
        )
        equal((await core.list_namespaced_config_map(NAMESPACE, label_selector="app=many")).items, [])
        with raises(ApiException, 'configmaps \\"many-01\\" not found', status=404):
            await core.read_namespaced_config_map("many-01", NAMESPACE)


@holds("what lies outside of the namespace is for an administrator")
async def outside():
    async with ApiClient() as api:
        core = client.CoreV1Api(api)
        if IS_NAMESPACED:
            with raises(ApiException, 'cannot list resource \\"nodes\\"', status=403):
                await core.list_node()
            with raises(
                ApiException, 'cannot watch resource "configmaps" in API group "" at the cluster scope', status=403
            ):
                async with watch.Watch() as watcher:
                    async for _ in watcher.stream(core.list_config_map_for_all_namespaces, timeout_seconds=1):
                        pass
            return
        assert (await core.list_config_map_for_all_namespaces(limit=1)).metadata.remaining_item_count > 0


run()
