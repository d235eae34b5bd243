// Records the controller revisions that real controllers keep of stateful sets and daemon sets. Templates are those of
// pod-template-hashes.json, and some that JSON makes hard.
import { readFileSync } from 'node:fs';
import { rest } from '../../../server/base/turn.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { PodTemplateSpec } from '../../../server/kube/types.gen.ts';
import { ask, create, inNamespace, record } from './oracle.ts';

const TEMPLATES = 'test/golden/controllers/pod-template-hashes.json';
const FILE = 'test/golden/controllers/controller-revisions.json';

type Metadata = KubeObject['metadata'];

interface Question {
  readonly template: PodTemplateSpec;
  readonly annotations?: Record<string, string>;
  /** Another revision has the name already. */
  readonly taken?: true;
}

const plain = { containers: [{ name: 'c', image: 'nginx:1' }] } as PodTemplateSpec['spec'];

const HARD: readonly Question[] = [
  { template: { metadata: {}, spec: plain }, annotations: { 'example.com/a': 'b', 10: 'x', 9: 'y' } },
  { template: { metadata: { annotations: { 10: 'a', 9: 'b', x: '<&>\u2028\u2029\u007f\b\f"\\' } }, spec: plain } },
  { template: { metadata: { annotations: { text: 'ä \u{1f600} \t\n\r' }, labels: {} }, spec: plain } },
  { template: { metadata: {}, spec: { ...plain, terminationGracePeriodSeconds: 9007199254740992 } } },
  { template: { metadata: {}, spec: { ...plain, tolerations: [], nodeSelector: {}, volumes: [] } } },
  { template: { metadata: { labels: { taken: 'yes' } }, spec: plain }, taken: true },
];

const { cases } = JSON.parse(readFileSync(TEMPLATES, 'utf8')) as { cases: Question[] };
const questions = [...cases.filter((_, i) => i % 3 === 0), ...HARD];

await inNamespace('golden-revisions', async (namespace) => {
  const path = `/apis/apps/v1${namespace.slice('/api/v1'.length)}`;
  const recorded: unknown[] = [];
  for (const kind of ['StatefulSet', 'DaemonSet'] as const) {
    const resource = `${path}/${kind.toLowerCase()}s`;
    for (const [i, question] of questions.entries()) {
      const { template, annotations, taken } = question;
      const labels = { ...template.metadata.labels, case: `${kind}-${i}` };
      // No node may run any of it.
      const nodeSelector = { ...template.spec?.nodeSelector, nowhere: 'x' };
      const asked = { metadata: { ...template.metadata, labels }, spec: { ...template.spec, nodeSelector } };
      const spec = { selector: { matchLabels: { case: `${kind}-${i}` } }, template: asked };
      const scale = kind === 'StatefulSet' ? { replicas: 0, serviceName: 's' } : {};
      const set = { metadata: { name: `case-${i}`, annotations }, spec: { ...spec, ...scale } };
      if (taken) await takeName(resource, path, set);
      await create(resource, set);
      recorded.push(await answerOf(path, `${resource}/case-${i}`, labels.case));
      await ask('DELETE', `${resource}/case-${i}`);
    }
  }
  await record(FILE, recorded);
});

/** Another revision gets the name that the set's will have. */
async function takeName(resource: string, path: string, set: { metadata: { name: string } }): Promise<void> {
  await create(resource, set);
  const { name } = await revisionOf(path, `${resource}/${set.metadata.name}`);
  await ask('DELETE', `${resource}/${set.metadata.name}`);
  await until(async () => (await ask('GET', `${path}/controllerrevisions/${name}`)).code === 404 || undefined);
  await create(`${path}/controllerrevisions`, { metadata: { name }, data: {}, revision: 1 });
}

async function answerOf(path: string, set: string, labels: string): Promise<unknown> {
  const { name, owner } = await revisionOf(path, set);
  const { text } = await ask('GET', `${path}/controllerrevisions/${name}`);
  const { metadata, revision } = JSON.parse(text) as { metadata: Metadata; revision: number };
  const { kind, spec, status, metadata: ofSet } = owner;
  const { annotations, ownerReferences = [] } = metadata;
  return {
    kind,
    case: labels,
    asked: { annotations: ofSet.annotations, template: (spec as { template: unknown }).template },
    collisionCount: (status as { collisionCount?: number }).collisionCount,
    name,
    labels: metadata.labels,
    annotations,
    owner: { ...ownerReferences[0], uid: undefined },
    revision,
    // To the byte.
    data: text.slice(text.indexOf('"data":') + '"data":'.length, text.lastIndexOf(',"revision":')),
  };
}

/** The set, once its controller has seen it, and the revision that it owns. */
function revisionOf(path: string, set: string): Promise<{ name: string; owner: KubeObject }> {
  return until(async () => {
    const owner = (await ask('GET', set)).json as KubeObject;
    if ((owner.status as { observedGeneration?: number }).observedGeneration === undefined) return undefined;
    const { items } = (await ask('GET', `${path}/controllerrevisions`)).json as { items: KubeObject[] };
    const own = items.find(({ metadata }) => metadata.ownerReferences?.[0]?.uid === owner.metadata.uid);
    return own && { name: own.metadata.name ?? '', owner };
  });
}

async function until<T>(probe: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const value = await probe();
    if (value !== undefined) return value;
    await rest(100);
  }
  throw new Error('waited in vain');
}
