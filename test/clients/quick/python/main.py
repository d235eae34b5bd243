"""lightkube: an object's life, watched from the version of a list on."""

from lightkube import ApiError, Client
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap
from lightkube.types import PatchType

client = Client(field_manager="quick")
small = ConfigMap(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="small"), data={"n": "0"})


def reason_of(attempt):
    try:
        attempt()
    except ApiError as error:
        return error.status.reason
    return None


listed = client.list(ConfigMap)
assert "kube-root-ca.crt" in [item.metadata.name for item in listed]
print("ok lists")

stale = client.create(small)
assert reason_of(lambda: client.create(small)) == "AlreadyExists"
print("ok creates once")

fresh = client.get(ConfigMap, "small")
fresh.data["n"] = "1"
client.replace(fresh)
assert reason_of(lambda: client.replace(stale)) == "Conflict"
assert client.patch(ConfigMap, "small", {"data": {"n": "2"}}, patch_type=PatchType.MERGE).data == {"n": "2"}
print("ok updates and patches, but nothing stale")

assert reason_of(lambda: client.apply(small, field_manager="other")) == "Conflict"
assert client.apply(small, field_manager="other", force=True).data == {"n": "0"}
print("ok applies by force what another manager owns")

client.delete(ConfigMap, "small")
assert reason_of(lambda: client.get(ConfigMap, "small")) == "NotFound"
print("ok deletes")

events = []
for event, item in client.watch(ConfigMap, resource_version=listed.resourceVersion, fields={"metadata.name": "small"}):
    events.append((event, item.data["n"]))
    if event == "DELETED":
        break
assert events == [("ADDED", "0"), ("MODIFIED", "1"), ("MODIFIED", "2"), ("MODIFIED", "0"), ("DELETED", "0")], events
print("ok has seen all of it in its order")
