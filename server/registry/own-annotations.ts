/** Warnings for whoever writes an annotation of ours that cannot be obeyed: nobody would tell them otherwise. */
import type { Frozen } from '../base/freeze.ts';
import { didYouMean } from '../base/near-names.ts';
import type { KubeObject } from '../kube/object.ts';
import { readUsage, UNKNOWN_USAGE } from '../kube/usage-text.ts';
import type { RegistryEnv } from './resource.ts';
import type { WriteOptions } from './write.ts';

const DOMAIN = 'fauxkube.dev/';
const CONTROLLERS = 'disabled-controllers';
const USAGE = 'usage';
const USAGE_FORM = 'it has to be like cpu=250m,memory=64Mi,sidecar/cpu=10m, or unknown';
const ENDING = '-controller';

/** What there is, and which kinds obey it; all where none is said. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  behaviour: ['Pod', 'Node'],
  commands: ['Pod'],
  [CONTROLLERS]: [],
  logs: ['Pod'],
  upstreams: ['Pod'],
  [USAGE]: ['Pod'],
};

type Fields = Readonly<Record<string, unknown>>;

/** Annotations of an object or of a template in it. */
interface Place {
  readonly path: string;
  readonly kind: string;
  readonly annotations: Fields;
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined;

/** Templates of pods are where pods get their annotations from. */
function placesIn(object: Frozen<KubeObject>): Place[] {
  const places: Place[] = [];
  const add = (path: string, kind: string, owner: unknown): void => {
    const annotations = fieldsOf(fieldsOf(fieldsOf(owner)?.metadata)?.annotations);
    if (annotations) places.push({ path: `${path}metadata.annotations`, kind, annotations });
  };
  add('', object.kind ?? '', object);
  const spec = fieldsOf(object.spec);
  if (spec?.template !== undefined) add('spec.template.', 'Pod', spec.template);
  if (object.kind === 'PodTemplate') add('template.', 'Pod', fieldsOf(object)?.template);
  const jobs = fieldsOf(spec?.jobTemplate);
  if (jobs) {
    add('spec.jobTemplate.', 'Job', jobs);
    add('spec.jobTemplate.spec.template.', 'Pod', fieldsOf(jobs.spec)?.template);
  }
  return places;
}

/** @param name without the domain */
function adviceOn(name: string, value: string, kind: string, controllers: readonly string[]): string[] {
  const kinds = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (!kinds) {
    const known = Object.keys(KNOWN);
    return [`fauxkube has no such annotation${didYouMean(name, known) || `; there are ${known.join(', ')}`}`];
  }
  if (kinds.length > 0 && !kinds.includes(kind))
    return [`it is obeyed on a ${kinds.join(' or ')}, and changes nothing on a ${kind}`];
  const text = value.trim();
  if (name === USAGE && text !== UNKNOWN_USAGE && !readUsage(text))
    return [`${USAGE_FORM}: ${JSON.stringify(value)} says nothing`];
  if (name !== CONTROLLERS || controllers.length === 0) return [];
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !controllers.some((full) => full === entry || full === `${entry}${ENDING}`))
    .map((entry) => `there is no controller ${JSON.stringify(entry)}${didYouMean(entry, controllers, ENDING)}`);
}

/**
 * Warns of annotations of fauxkube in a new or changed object that cannot be obeyed.
 *
 * @param old what is stored: of an annotation that stays as it is nobody is told again
 * @param env where names of controllers are not known nothing is said of them
 */
export function warnOfOwnAnnotations(
  object: Frozen<KubeObject>,
  old: Frozen<KubeObject> | undefined,
  { controllerNames }: Pick<RegistryEnv, 'controllerNames'>,
  { warn }: Pick<WriteOptions, 'warn'>,
): void {
  const places = placesIn(object);
  let before: ReadonlyMap<string, Fields> | undefined;
  for (const { path, kind, annotations } of places)
    for (const key in annotations) {
      if (!key.startsWith(DOMAIN)) continue;
      const value = annotations[key];
      if (typeof value !== 'string') continue;
      before ??= new Map(old && placesIn(old).map((place) => [place.path, place.annotations]));
      if (before.get(path)?.[key] === value) continue;
      for (const text of adviceOn(key.slice(DOMAIN.length), value, kind, controllerNames?.() ?? []))
        warn(`${path}[${key}]: ${text}`);
    }
}
