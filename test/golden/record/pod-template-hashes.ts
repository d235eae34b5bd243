// Records the hashes that a real deployment controller computes. The templates are those of the golden file itself: to
// ask for another one, write it there without a hash.
import { readFileSync } from 'node:fs';
import { rest } from '../../../server/base/turn.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../../server/kube/types.gen.ts';
import { ask, create, inNamespace, record } from './oracle.ts';

const FILE = 'test/golden/controllers/pod-template-hashes.json';
const HASH = 'pod-template-hash';

interface HashCase {
  hash?: string;
  template: PodTemplateSpec;
}

const { cases } = JSON.parse(readFileSync(FILE, 'utf8')) as { cases: HashCase[] };

await inNamespace('golden-template-hashes', async (namespace) => {
  const path = `/apis/apps/v1${namespace.slice('/api/v1'.length)}`;
  const recorded: HashCase[] = [];
  for (const [i, { template }] of cases.entries()) {
    const labels = { ...template.metadata.labels, case: String(i) };
    const asked = { ...template, metadata: { ...template.metadata, labels } };
    const spec = { replicas: 0, selector: { matchLabels: { case: String(i) } }, template: asked };
    const stored = (await create(`${path}/deployments`, { metadata: { name: `case-${i}` }, spec })) as Deployment;
    recorded.push({ hash: await hashOf(path, i), template: stored.spec.template });
  }
  await record(FILE, recorded);
});

/** The hash on the replica set that the controller makes. */
async function hashOf(path: string, i: number): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask('GET', `${path}/replicasets?labelSelector=case=${i}`);
    const [set] = (answer.json as { items: ReplicaSet[] }).items;
    const hash = set?.metadata.labels?.[HASH];
    if (hash !== undefined) return hash;
    await rest(100);
  }
  throw new Error(`case ${i} got no replica set`);
}
