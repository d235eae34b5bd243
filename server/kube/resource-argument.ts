/** How people name objects and resources, as kubectl reads it: `deployment/web`, `deploy/web`, `deploy.apps/web`. */

/** What a name may mean, as discovery tells it. */
export interface NamedResource {
  readonly group: string;
  readonly version: string;
  /** The plural. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Where objects are looked for. */
export interface Place {
  /** `default` unless given; resources without namespaces do not care. */
  readonly namespace?: string;
}

/** Which objects are wanted. */
export interface Selection extends Place {
  /** `app=web,tier!=cache` */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export const DEFAULT_NAMESPACE = 'default';

/** `deployment/web`, in two. @throws Error for anything else */
export function parseTarget(target: string): { readonly resource: string; readonly name: string } {
  const [resource = '', name = '', ...others] = target.split('/');
  if (resource !== '' && name !== '' && others.length === 0) return { resource, name };
  throw new Error(`${JSON.stringify(target)} names no object: say what it is, and its name, as in "deployment/web"`);
}

/**
 * The resource that a word means: its plural, singular, kind or short name, alone, with its group
 * (`ingress.networking.k8s.io`) or with version and group (`deployments.v1.apps`).
 *
 * @param resources those that are preferred first
 */
export function findResource<R extends NamedResource>(resources: Iterable<R>, text: string): R | undefined {
  const [word = '', ...rest] = text.toLowerCase().split('.');
  const place = rest.join('.');
  let short: R | undefined;
  for (const found of resources) {
    const { group, version } = found;
    if (place !== '' && place !== group && place !== `${version}.${group}` && !(group === '' && place === version))
      continue;
    if (word === found.resource || word === found.singular || word === found.kind.toLowerCase()) return found;
    if (found.shortNames.includes(word)) short ??= found;
  }
  return short;
}

/** What is said where a word means nothing. */
export function unknownResource(text: string): Error {
  return new Error(`the cluster serves no resource ${JSON.stringify(text)}`);
}

/** Where the objects of a resource are: `/apis/apps/v1/namespaces/default/deployments/web`. */
export function resourcePath({ group, version, resource }: NamedResource, namespace: string, name = ''): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespace === '' ? root : `${root}/namespaces/${encodeURIComponent(namespace)}`;
  return name === '' ? `${scope}/${resource}` : `${scope}/${resource}/${encodeURIComponent(name)}`;
}
