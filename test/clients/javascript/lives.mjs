// An object of every kind, through the typed API of @kubernetes/client-node: tried without being kept, created, read,
// listed by label and field, created again in vain, patched in three ways, replaced with an old revision in vain,
// replaced, and deleted.
import { KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { check, equal, isAdmin, matches, namespace, refused } from './checks.mjs';
import { forAdministrators, forUsers, ofCluster } from './kinds.mjs';

const config = new KubeConfig();
config.loadFromDefault();

/** The methods of a kind, and what they are told of an object. */
function methodsOf(type, kind, { metadata }) {
  const api = config.makeApiClient(type);
  const where = metadata.namespace ? { namespace: metadata.namespace } : {};
  const named = `${metadata.namespace ? 'Namespaced' : ''}${kind}`;
  const one = { name: metadata.name, ...where };
  return {
    create: (body, options = {}) => api[`create${named}`]({ ...where, body, ...options }),
    read: () => api[`read${named}`](one),
    list: (options) => api[`list${named}`]({ ...where, ...options }),
    replace: (body) => api[`replace${named}`]({ ...one, body }),
    patch: (body, strategy) => api[`patch${named}`]({ ...one, body }, setHeaderOptions('Content-Type', strategy)),
    delete: (options) => api[`delete${named}`]({ ...one, ...options }),
  };
}

async function untilGone(read) {
  for (;;)
    try {
      await read();
    } catch (error) {
      if (error.code !== 404) throw error;
      return;
    }
}

async function live([type, kind, body]) {
  const { name } = body.metadata;
  const methods = methodsOf(type, kind, body);
  equal((await methods.create(body, { dryRun: 'All' })).metadata.name, name, 'dry run');
  await refused(methods.read(), 404, 'NotFound');
  const created = await methods.create(body);
  equal([created.kind, created.metadata.labels.made, typeof created.metadata.uid], [kind, 'here', 'string']);
  equal((await refused(methods.create(body), 409, 'AlreadyExists')).details.name, name);
  const found = await methods.list({ labelSelector: 'made=here', fieldSelector: `metadata.name=${name}` });
  equal(
    found.items.map(({ metadata }) => metadata.uid),
    [created.metadata.uid],
    'list',
  );
  const merged = await methods.patch({ metadata: { annotations: { merged: 'yes' } } }, PatchStrategy.MergePatch);
  equal(merged.metadata.annotations.merged, 'yes');
  const operations = [{ op: 'add', path: '/metadata/labels/patched', value: 'yes' }];
  const patched = await methods.patch(operations, PatchStrategy.JsonPatch);
  equal(patched.metadata.labels, { ...created.metadata.labels, patched: 'yes' });
  const strategic = { metadata: { labels: { patched: null } } };
  const without = await methods.patch(strategic, PatchStrategy.StrategicMergePatch);
  equal(without.metadata.labels, created.metadata.labels);
  const stale = { ...created, metadata: { ...created.metadata, annotations: { stale: 'yes' } } };
  const conflict = await refused(methods.replace(stale), 409, 'Conflict');
  matches(conflict.message, /the object has been modified; please apply your changes to the latest version/);
  await replace(methods);
  await methods.delete({ gracePeriodSeconds: 0 });
  await untilGone(methods.read);
}

/** As users do it: whoever else has changed the object in between makes it be read again. */
async function replace(methods) {
  for (;;) {
    const current = await methods.read();
    current.metadata.annotations = { ...current.metadata.annotations, replaced: 'yes' };
    try {
      const replaced = await methods.replace(current);
      equal(replaced.metadata.annotations.replaced, 'yes');
      return;
    } catch (error) {
      if (error.code !== 409) throw error;
    }
  }
}

/** A line for each API class. */
async function liveAll(kinds) {
  for (const type of new Set(kinds.map(([one]) => one))) {
    const own = kinds.filter(([one]) => one === type);
    await check(
      `${type.name.replace('Object', '')} lives through ${own.map(([, kind]) => kind).join(', ')}`,
      async () => {
        for (const kind of own)
          try {
            await live(kind);
          } catch (error) {
            throw new Error(`${kind[1]}: ${error.message}`);
          }
      },
    );
  }
}

await liveAll(forUsers(namespace));

if (isAdmin) {
  await liveAll(forAdministrators(namespace));
  await liveAll(ofCluster);
} else {
  await check('a user of a namespace cannot make the kinds of a cluster', async () => {
    for (const [type, kind, body] of ofCluster) {
      const { message } = await refused(methodsOf(type, kind, body).create(body), 403, 'Forbidden');
      matches(message, /cannot create resource "\w+" in API group "[\w.]*" at the cluster scope/);
    }
  });
  await check('nor quotas and limits of the own namespace, nor anything in another', async () => {
    for (const [type, kind, body] of forAdministrators(namespace))
      if (kind === 'ResourceQuota' || kind === 'LimitRange')
        await refused(methodsOf(type, kind, body).create(body), 403, 'Forbidden');
    const [type, kind, body] = forUsers('default')[0];
    await refused(methodsOf(type, kind, body).create(body), 403, 'Forbidden');
  });
}
