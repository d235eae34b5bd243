/** The first objects of older versions of Kubernetes, out of those of the next newer one and what differs. */
import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../kube/object.ts';

/**
 * What a version has otherwise than the next newer one, by `Kind/namespace/name`: whole objects, `null` for what there
 * was not. `older-bootstrap.gen.json` is a list of these, the newest first.
 */
export interface OlderObjects {
  readonly minor: number;
  readonly objects: Readonly<Record<string, KubeObject | null>>;
}

/** `ClusterRole//admin`. */
export const objectId = ({ kind, metadata: { namespace = '', name } }: KubeObject): string =>
  `${kind}/${namespace}/${name}`;

/** One step back. */
export function withOlder(newer: readonly KubeObject[], { objects }: OlderObjects): KubeObject[] {
  const all = new Map(newer.map((object) => [objectId(object), object]));
  for (const [id, object] of Object.entries(objects)) {
    if (object) all.set(id, object);
    else all.delete(id);
  }
  return [...all.values()];
}

/**
 * The objects that a server of `1.<minor>` makes.
 *
 * @param text turns what is read from the file, as that of the newest was turned
 */
export function olderObjects(
  newest: readonly KubeObject[],
  minor: number,
  text: (recorded: string) => string,
): KubeObject[] {
  const recorded = readFileSync(new URL('./older-bootstrap.gen.json', import.meta.url), 'utf8');
  const steps = JSON.parse(text(recorded)) as OlderObjects[];
  let objects = [...newest];
  for (const step of steps) if (step.minor >= minor) objects = withOlder(objects, step);
  return objects;
}
