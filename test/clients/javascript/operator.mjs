// @dot-i/k8s-operator, over @kubernetes/client-node 0.20: an operator with finalizers and a status.
import operatorPackage, { ResourceEventType } from '@dot-i/k8s-operator';
import { CoreV1Api, CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { check, deferred, equal, isAdmin, namespace, refused } from './checks.mjs';

const { default: Operator } = operatorPackage;
const FINALIZER = 'gadgets.javascript.example.com/settings';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const objects = config.makeApiClient(CustomObjectsApi);
const kind = { group: 'javascript.example.com', version: 'v1', namespace, plural: 'gadgets' };
const one = { ...kind, name: 'web' };

/** What somebody waits for, until it is told. */
class Told {
  #waiting = [];
  all = [];

  tell(what) {
    this.all.push(what);
    for (const { wanted, resolve } of this.#waiting) if (what === wanted) resolve();
  }

  async until(wanted) {
    if (this.all.includes(wanted)) return;
    const { promise, resolve } = deferred();
    this.#waiting.push({ wanted, resolve });
    await promise;
  }
}

/** Makes a ConfigMap for each Gadget, which is gone before the Gadget is. */
class GadgetOperator extends Operator {
  told = new Told();

  constructor() {
    const quiet = () => {};
    super({ debug: quiet, info: quiet, warn: quiet, error: (message) => process.stderr.write(`${message}\n`) });
  }

  async init() {
    const { group, version, plural } = kind;
    await this.watchResource(group, version, plural, (event) => this.#handle(event), namespace);
    await this.watchResource(
      '',
      'v1',
      'configmaps',
      async ({ type, meta }) => this.told.tell(`${type} ${meta.name}`),
      namespace,
    );
  }

  async #handle(event) {
    const { metadata, spec, status } = event.object;
    if (event.type === ResourceEventType.Deleted) {
      this.told.tell(`${metadata.name} is gone`);
      return;
    }
    if (await this.handleResourceFinalizer(event, FINALIZER, () => this.#clean(metadata.name))) return;
    if (status?.ready === spec.size) {
      this.told.tell(`${metadata.name} has ${spec.size}`);
      return;
    }
    const body = { metadata: { name: metadata.name }, data: { size: String(spec.size) } };
    await core.createNamespacedConfigMap({ namespace, body }).catch(async ({ code }) => {
      if (code === 409) await core.replaceNamespacedConfigMap({ name: metadata.name, namespace, body });
    });
    if (status === undefined) await this.setResourceStatus(event.meta, { ready: spec.size, phase: 'New' });
    else await this.patchResourceStatus(event.meta, { ready: spec.size, phase: 'Changed' });
  }

  async #clean(name) {
    await core.deleteNamespacedConfigMap({ name, namespace });
    this.told.tell(`${name} is cleaned`);
  }
}

const operator = new GadgetOperator();

const create = (name, size) => {
  const body = { apiVersion: 'javascript.example.com/v1', kind: 'Gadget', metadata: { name }, spec: { size } };
  return objects.createNamespacedCustomObject({ ...kind, body });
};

await check('an operator finds what was there before it', async () => {
  await create('web', 1);
  await operator.start();
  await operator.told.until('web has 1');
});

await check('it has put its finalizer on it, and told its status', async () => {
  const { metadata, status } = await objects.getNamespacedCustomObject(one);
  equal([metadata.finalizers, metadata.generation], [[FINALIZER], 1]);
  equal(status, { ready: 1, phase: 'New' });
});

await check('it makes what belongs to it, and sees that too', async () => {
  await operator.told.until('ADDED web');
  equal((await core.readNamespacedConfigMap({ name: 'web', namespace })).data, { size: '1' });
});

await check('it follows a change', async () => {
  const patch = { ...one, body: { spec: { size: 3 } } };
  await objects.patchNamespacedCustomObject(patch, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
  await operator.told.until('web has 3');
  const { status } = await objects.getNamespacedCustomObject(one);
  equal(status, { ready: 3, phase: 'Changed' });
  equal((await core.readNamespacedConfigMap({ name: 'web', namespace })).data, { size: '3' });
});

await check('it sees what is new', async () => {
  await create('more', 2);
  await operator.told.until('more has 2');
});

await check('what is deleted is cleaned up before it is gone', async () => {
  await objects.deleteNamespacedCustomObject(one);
  await operator.told.until('web is gone');
  const { all } = operator.told;
  equal(all.indexOf('web is cleaned') >= 0 && all.indexOf('web is cleaned') < all.indexOf('web is gone'), true);
  await refused(core.readNamespacedConfigMap({ name: 'web', namespace }), 404, 'NotFound');
  await refused(objects.getNamespacedCustomObject(one), 404, 'NotFound');
});

await check('a finalizer of somebody else holds what it has cleaned up', async () => {
  const held = { ...kind, name: 'more' };
  const asJson = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);
  const hold = [{ op: 'add', path: '/metadata/finalizers/-', value: 'example.com/other' }];
  await objects.patchNamespacedCustomObject({ ...held, body: hold }, asJson);
  await objects.deleteNamespacedCustomObject(held);
  await operator.told.until('more is cleaned');
  for (;;) {
    const { metadata } = await objects.getNamespacedCustomObject(held);
    if (metadata.finalizers.length === 1) {
      equal(metadata.finalizers, ['example.com/other']);
      break;
    }
  }
  const release = [{ op: 'remove', path: '/metadata/finalizers' }];
  await objects.patchNamespacedCustomObject({ ...held, body: release }, asJson);
  await operator.told.until('more is gone');
});

if (!isAdmin)
  await check('its kind in another namespace is forbidden', async () => {
    await refused(objects.listNamespacedCustomObject({ ...kind, namespace: 'default' }), 403, 'Forbidden');
    await refused(objects.listClusterCustomObject(kind), 403, 'Forbidden');
  });

// Its watches begin again by themselves.
process.exit();
