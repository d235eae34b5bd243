/** Manifests that make the objects of a state in another cluster: what clients wrote, and not what came of it. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import { writeYaml } from '../../pipeline/encode/yaml-writer.ts';
import type { Captured } from '../../storage/storage.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { rankOfKind } from '../order-of-kinds.ts';
import { isGenerated } from './generated-objects.ts';
import { manifestOf } from './manifest.ts';

/** What a cluster knows about its objects. */
export interface Exporting {
  /** What every cluster begins with, by key; undefined where nobody knows how it was at first. */
  readonly installed: ReadonlyMap<string, StoredObject | undefined>;
  /** Whether the status of an object is written by itself, and not with the object. */
  hasStatus(object: Frozen<KubeObject>): boolean;
}

/** A quota would count what is made after it, and a webhook be asked about it before it can answer. */
const LAST = ['ResourceQuota', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService'];

const rank = ({ value: { kind = '' } }: StoredObject): number => rankOfKind(kind, LAST);

/** Everything as it is, in an order in which a client can apply it. */
function inOrder(state: Captured): StoredObject[] {
  return [...state.all()].sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
}

/** @param all also what the cluster has made by itself, whole: for reading, and for `--fixtures` */
export function manifestsOf(state: Captured, exporting: Exporting, all: boolean): string {
  const documents: object[] = [];
  for (const object of inOrder(state)) {
    const { value, key } = object;
    if (all) {
      documents.push(value);
      continue;
    }
    if (isGenerated(value, state)) continue;
    const manifest = manifestOf(value, exporting.hasStatus(value));
    if (exporting.installed.has(key)) {
      const first = exporting.installed.get(key);
      if (!first || deepEqual(manifest, manifestOf(first.value, exporting.hasStatus(first.value)))) continue;
    }
    documents.push(manifest);
  }
  return documents.map((document) => `---\n${writeYaml(document)}`).join('');
}
