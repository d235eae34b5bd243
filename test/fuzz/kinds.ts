import { apiVersionOf } from '../../server/kube/object.ts';
import { builtInTypes, type ResourceInfo, type TypeDescription } from '../../server/schema/type-table.ts';
import { SAMPLES } from './objects/index.ts';
import type { Sample } from './objects/sample.ts';
import type { Json } from './values.ts';

export const NAMESPACE = 'fuzz';

/** A resource as one version serves it, with an object of it that a server takes. */
export interface FuzzedKind {
  /** `apps/v1/deployments`. */
  readonly id: string;
  readonly info: ResourceInfo;
  readonly sample: Sample;
  readonly apiVersion: string;
  /** Of the one that exists. */
  readonly name: string;
}

/** Something that bodies are sent to: an object or a subresource. */
export interface Part {
  readonly of: FuzzedKind;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly verbs: readonly string[];
  readonly type: TypeDescription;
  readonly kind: string;
  readonly apiVersion: string;
}

/** Hand the connection on, or answer with something else than an object. */
const NO_BODIES = new Set(['proxy', 'exec', 'attach', 'portforward', 'log']);

function kindsOf(): readonly FuzzedKind[] {
  const samples = new Map(SAMPLES.map((sample) => [sample.kind, sample]));
  return builtInTypes().groups.flatMap(({ group, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.flatMap((info): FuzzedKind[] => {
        const id = `${group}/${version}/${info.resource}`;
        const sample = samples.get(id);
        if (!sample) return [];
        return [{ id, info, sample, apiVersion: apiVersionOf(info), name: sample.name ?? NAMESPACE }];
      }),
    ),
  );
}

/** Every kind that can be written. */
export const KINDS = kindsOf();

function partsOf(of: FuzzedKind): readonly Part[] {
  const { info, apiVersion } = of;
  const own: Part = { of, subresource: '', verbs: info.verbs, type: info.type, kind: info.kind, apiVersion };
  const others = [...info.subresources.values()].flatMap((sub): Part[] => {
    const type = builtInTypes().typeOfKind(sub.group, sub.version, sub.kind) ?? info.type;
    if (NO_BODIES.has(sub.name)) return [];
    const { name: subresource, verbs, kind } = sub;
    return [{ of, subresource, verbs, type, kind, apiVersion: apiVersionOf(sub) }];
  });
  return [own, ...others];
}

const PARTS = KINDS.flatMap(partsOf);

/** Parts with a verb; those of objects themselves come several times, because more happens there. */
export function partsWith(verb: string): readonly Part[] {
  const found = PARTS.filter(({ verbs }) => verbs.includes(verb));
  const whole = found.filter(({ subresource }) => subresource === '');
  return [...whole, ...whole, ...found];
}

/** The path of a kind's objects, in the namespace of the fuzzer. */
export function collectionPath({ info, apiVersion }: FuzzedKind, namespace = NAMESPACE): string {
  const root = info.group === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
  return info.namespaced ? `${root}/namespaces/${namespace}/${info.resource}` : `${root}/${info.resource}`;
}

/** The object of a sample, the caller's own. */
export function sampleOf({ sample, info, apiVersion, name }: FuzzedKind): Record<string, Json> {
  const metadata: Record<string, Json> = { name };
  if (sample.labels) metadata.labels = { ...sample.labels };
  return { apiVersion, kind: info.kind, metadata, ...(structuredClone(sample.body) as Record<string, Json>) };
}
