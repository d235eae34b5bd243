/** Which service answers a request, by the rules of Ingresses and in the way of ingress-nginx. */
import type { Frozen } from '../../base/freeze.ts';
import type { Key } from '../object.ts';
import type { HTTPIngressPath, Ingress, IngressBackend } from '../types.gen.ts';

/** A port of a service. */
export interface IngressTarget {
  readonly service: Key;
  /** Its name or its number. */
  readonly port: string;
}

interface PathRule {
  readonly path: string;
  readonly type: string;
  readonly target: IngressTarget;
}

/** What the Ingresses say about one host. */
interface HostRules {
  readonly paths: PathRule[];
  /** Where requests go that no path is for. */
  readonly otherwise: IngressTarget | undefined;
}

/** A certificate of hosts. */
interface HostSecret {
  readonly hosts: readonly string[];
  readonly secret: Key;
}

/** The rules without a host are kept by this name, which no host can have. */
const ANY_HOST = '';

export class IngressTable {
  readonly #hosts = new Map<string, HostRules>();
  readonly #secrets: HostSecret[] = [];

  /** @param ingresses those that are served; where two say different things, the older one counts */
  constructor(ingresses: readonly Frozen<Ingress>[]) {
    const byAge = ingresses.toSorted(oldestFirst);
    // Requests for hosts that nobody names go to an Ingress that has nothing but a default.
    const catchAll = byAge.find(isDefaultOnly) ?? byAge.find(({ spec }) => spec.defaultBackend?.service);
    this.#hosts.set(ANY_HOST, { paths: [], otherwise: catchAll && targetOf(catchAll, catchAll.spec.defaultBackend) });
    for (const ingress of byAge) this.#add(ingress);
    for (const { paths } of this.#hosts.values()) paths.sort(mostExactFirst);
  }

  #add(ingress: Frozen<Ingress>): void {
    const { defaultBackend, rules, tls } = ingress.spec;
    for (const { host, http } of rules ?? []) {
      const name = (host ?? ANY_HOST).toLowerCase();
      const known = this.#hosts.get(name) ?? { paths: [], otherwise: targetOf(ingress, defaultBackend) };
      this.#hosts.set(name, known);
      for (const rule of http?.paths ?? []) {
        const added = pathRule(ingress, rule);
        const isKnown = known.paths.some(({ path, type }) => path === added?.path && type === added.type);
        if (added && !isKnown) known.paths.push(added);
      }
    }
    const namespace = ingress.metadata.namespace ?? '';
    for (const { hosts = [], secretName } of tls ?? [])
      if (secretName) this.#secrets.push({ hosts, secret: { namespace, name: secretName } });
  }

  /**
   * @param host without its port
   * @param path without its query, decoded
   * @returns undefined when no rule and no default is for it
   */
  find(host: string, path: string): IngressTarget | undefined {
    const rules = this.#rulesOf(host.toLowerCase());
    return rules?.paths.find((rule) => matches(rule, path))?.target ?? rules?.otherwise;
  }

  /** A host of its own comes first, then one with a star, then what is for all. */
  #rulesOf(host: string): HostRules | undefined {
    return this.#hosts.get(host) ?? this.#hosts.get(starOf(host)) ?? this.#hosts.get(ANY_HOST);
  }

  /** Where the certificate for a host lies. */
  secretOf(host: string): Key | undefined {
    const name = host.toLowerCase();
    const found = [name, starOf(name)].map((wanted) =>
      this.#secrets.find(({ hosts }) => hosts.some((each) => each.toLowerCase() === wanted)),
    );
    return found.find((each) => each !== undefined)?.secret;
  }
}

/** `*.example.com` for `shop.example.com`: the star is one label, and never none. */
const starOf = (host: string): string => host.replace(/^[^.]*/, '*');

const isDefaultOnly = ({ spec }: Frozen<Ingress>): boolean =>
  spec.defaultBackend?.service !== undefined && (spec.rules ?? []).length === 0;

function oldestFirst({ metadata: a }: Frozen<Ingress>, { metadata: b }: Frozen<Ingress>): number {
  const [textA, textB] = [a, b].map(
    ({ creationTimestamp = '', namespace = '', name = '' }) => `${creationTimestamp} ${namespace}/${name}`,
  );
  return (textA ?? '') < (textB ?? '') ? -1 : 1;
}

/** Backends that are other resources are for controllers that know them: ingress-nginx leaves their paths out, too. */
function targetOf({ metadata }: Frozen<Ingress>, backend: Frozen<IngressBackend> | undefined) {
  if (!backend?.service) return undefined;
  const { name, port } = backend.service;
  return { service: { namespace: metadata.namespace ?? '', name }, port: port.name || String(port.number ?? '') };
}

function pathRule(ingress: Frozen<Ingress>, rule: Frozen<HTTPIngressPath>): PathRule | undefined {
  const target = targetOf(ingress, rule.backend);
  return target && { path: rule.path || '/', type: rule.pathType ?? 'ImplementationSpecific', target };
}

/** How much a path of a rule says: the slash at its end is no part of a prefix. */
const weight = ({ path, type }: PathRule): number => (type === 'Prefix' ? path.replace(/\/+$/, '') : path).length;

/** The longest comes first, and of those that are as long the exact one. */
function mostExactFirst(a: PathRule, b: PathRule): number {
  const exact = Number(b.type === 'Exact') - Number(a.type === 'Exact');
  return weight(b) - weight(a) || exact;
}

/** What is specific to the implementation begins as the path does: nginx' own kind of prefix. */
function matches({ path, type }: PathRule, asked: string): boolean {
  if (type === 'Exact') return asked === path;
  if (type !== 'Prefix') return asked.startsWith(path);
  const folder = path.replace(/\/+$/, '');
  return asked === folder || asked.startsWith(`${folder}/`);
}
