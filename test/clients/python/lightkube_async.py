"""lightkube's asynchronous client over HTTP/2: many requests, watches and an exec on one connection."""

import asyncio

from lightkube import ApiError, AsyncClient
from lightkube.generic_resource import create_namespaced_resource
from lightkube.models.core_v1 import Container, PodSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.coordination_v1 import Lease
from lightkube.resources.core_v1 import ConfigMap, Event, Namespace, Pod

from checks import IS_NAMESPACED, NAMESPACE, PATIENCE, equal, holds, raises, run

Widget = create_namespaced_resource("python.example.com", "v1", "Widget", "widgets")


def connect():
    return AsyncClient(field_manager="program", http2=True)


def config_map(name, data=None, **metadata):
    return ConfigMap(metadata=ObjectMeta(name=name, **metadata), data=data)


@holds("a hundred objects are created, read and deleted at once")
async def many():
    async with connect() as client:
        names = [f"many-{number:03}" for number in range(100)]
        await asyncio.gather(*(client.create(config_map(name, labels={"app": "many"})) for name in names))
        found = await asyncio.gather(*(client.get(ConfigMap, name) for name in names))
        equal(len({item.metadata.uid for item in found}), 100)
        equal(
            [item.metadata.name async for item in client.list(ConfigMap, labels={"app": "many"}, chunk_size=30)], names
        )
        await asyncio.gather(*(client.delete(ConfigMap, name) for name in names))
        equal([item async for item in client.list(ConfigMap, labels={"app": "many"})], [])


@holds("ten watches at once see the same, each in order")
async def watches():
    async with connect() as client:
        listed = client.list(ConfigMap)
        _ = [item async for item in listed]

        async def see():
            events = []
            async for event, item in client.watch(ConfigMap, resource_version=listed.resourceVersion):
                events.append((event, item.metadata.name, item.metadata.resourceVersion))
                if event == "DELETED":
                    return events

        seen = [asyncio.create_task(see()) for _ in range(10)]
        await client.create(config_map("seen"))
        await asyncio.gather(*(client.patch(ConfigMap, "seen", {"data": {str(number): ""}}) for number in range(5)))
        await client.delete(ConfigMap, "seen")
        first, *others = await asyncio.wait_for(asyncio.gather(*seen), PATIENCE)
        equal(others, [first] * 9)
        equal([event for event, _, _ in first], ["ADDED"] + ["MODIFIED"] * 5 + ["DELETED"])
        versions = [int(version) for _, _, version in first]
        equal(versions, sorted(set(versions)))


@holds("of many who take a lease one has it")
async def lease():
    async with connect() as client:

        def body(holder):
            spec = {"holderIdentity": holder, "leaseDurationSeconds": 15, "acquireTime": "2030-01-01T00:00:00.123456Z"}
            return Lease.from_dict({"metadata": {"name": "one"}, "spec": spec})

        results = await asyncio.gather(*(client.create(body(f"c{n}")) for n in range(8)), return_exceptions=True)
        errors = [result.status.reason for result in results if isinstance(result, ApiError)]
        equal(errors, ["AlreadyExists"] * 7)
        found = await client.get(Lease, "one")
        assert found.spec.acquireTime.microsecond == 123456, found.spec
        assert [result for result in results if isinstance(result, Lease)] == [found]


@holds("custom resources are applied and watched as others are")
async def generic():
    async with connect() as client:

        def body(**spec):
            metadata = ObjectMeta(name="first")
            return Widget(apiVersion="python.example.com/v1", kind="Widget", metadata=metadata, spec=spec)

        await client.apply(body(color="red", parts=[{"name": "a", "weight": 1}]))
        both = await client.apply(body(color="red", parts=[{"name": "b"}]), field_manager="other")
        equal([part["name"] for part in both.spec["parts"]], ["a", "b"])
        with raises(ApiError, 'conflict with "other": .spec.color'):
            await client.apply(body(color="blue"))
        async for event, item in client.watch(Widget, fields={"spec.color": "red"}):
            equal((event, item.metadata.name), ("ADDED", "first"))
            break


@holds("a pod is waited for, its log is followed, and exec runs in it")
async def pods():
    async with connect() as client:
        command = ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000"]
        spec = PodSpec(containers=[Container(name="main", image="busybox", command=command)])
        await client.create(Pod(metadata=ObjectMeta(name="talker"), spec=spec))
        await client.wait(Pod, "talker", for_conditions=["Ready"])
        lines = []
        async for line in client.log("talker", follow=True):
            lines.append(line)
            if len(lines) == 3:
                break
        equal(lines, ["line 1\n", "line 2\n", "line 3\n"])
        fields = {"involvedObject.name": "talker", "reason": "Scheduled"}
        scheduled = [item.message async for item in client.list(Event, fields=fields)]
        assert scheduled[0].startswith(f"Successfully assigned {NAMESPACE}/talker to "), scheduled
    async with AsyncClient() as client:  # a WebSocket needs HTTP/1.1
        done = await client.exec("talker", command=["sh", "-c", "cat; exit 3"], stdin="something", stdout=True)
        equal((done.stdout, done.exit_code), ("something", 3))


@holds("what lies outside of the namespace is for an administrator")
async def outside():
    async with connect() as client:
        if not IS_NAMESPACED:
            equal((await client.get(Namespace, NAMESPACE)).status.phase, "Active")
            return
        with raises(ApiError, 'namespaces is forbidden: User "system:serviceaccount:'):
            _ = [item async for item in client.list(Namespace)]


run()
