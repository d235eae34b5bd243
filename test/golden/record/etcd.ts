// Records what a kube-apiserver keeps in etcd of an object of every kind, and how it answers it. It wants the form in
// which that server writes objects (json or protobuf, its --storage-media-type) and GOLDEN_ETCD, the URL of its etcd.
// Controllers would change objects meanwhile: GOLDEN_SERVER has to be a kube-apiserver without any, on an etcd that is
// used for nothing else: what is made is left there.
import { systemClock } from '../../../server/base/clock.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import { EtcdClient } from '../../../server/storage/etcd/etcd-client.ts';
import { infoOf, type Life, namesOf, objectPath, stepsOf } from '../../fidelity/life.ts';
import { LIVES } from '../../fidelity/lives/index.ts';
import { GADGET, GADGETS } from '../etcd/gadgets.ts';
import { ask, create, record } from './oracle.ts';

const NAMESPACE = 'kept';
const [form = ''] = process.argv.slice(2);
if (form !== 'json' && form !== 'protobuf') throw new Error('json or protobuf: what does the server write?');
const inNamespace = (path: string): string => path.replaceAll('$NS', NAMESPACE);

/** Makes the first object of a life, with a status. @returns the object, unless the server keeps none */
async function made(life: Life): Promise<KubeObject | undefined> {
  const { verbs, subresources } = infoOf(life);
  if (!verbs.includes('create') || !verbs.includes('get')) return undefined;
  for (const { method, path, body } of life.needs ?? []) await ask(method, inNamespace(path), body);
  const [creation] = stepsOf(life).filter(({ method }) => method === 'POST');
  if (!creation) return undefined;
  await ask('POST', inNamespace(creation.path), creation.body);
  const path = inNamespace(objectPath(life, namesOf(life)[0]));
  if (life.status && subresources.has('status'))
    await ask('PATCH', `${path}/status`, { status: life.status }, 'application/merge-patch+json');
  const { code, json } = await ask('GET', path);
  return code === 200 ? (json as KubeObject) : undefined;
}

async function gadget(): Promise<KubeObject> {
  await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', GADGETS);
  const path = `/apis/example.com/v1/namespaces/${NAMESPACE}/gadgets`;
  for (;;) {
    const { code, json } = await ask('POST', path, GADGET);
    if (code === 201) return json as KubeObject;
  }
}

await create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
await create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'default' } });
const objects: KubeObject[] = [];
for (const life of LIVES) objects.push(...[await made(life)].filter((object) => object !== undefined));
objects.push(await gadget());

const client = new EtcdClient({ endpoints: [process.env.GOLDEN_ETCD ?? ''], clock: systemClock(), timeoutMs: 5000 });
const { items } = await client.range({ key: '\0', end: '\0' });
client.close();
const byRevision = new Map(items.map((item) => [String(item.modRevision), item]));
const cases = objects.flatMap((answer) => {
  const kept = byRevision.get(answer.metadata.resourceVersion ?? '');
  if (!kept) return [];
  const { key, value, lease } = kept;
  const isText = value.toString().startsWith('{');
  return {
    key,
    ...(isText ? { text: value.toString() } : { base64: value.toString('base64') }),
    lease: lease !== 0n,
    answer,
  };
});
await record(`test/golden/etcd/${form}.json`, cases);
