import { type Frozen, getOwn, setOwn } from '../../base/freeze.ts';
import type { Amounts } from '../../kube/amounts.ts';
import type { Container, LimitRange, Pod } from '../../kube/types.gen.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

interface Defaults {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What containers get that do not ask for it themselves; the last item of a range that says something counts. */
function defaultsOf({ spec }: Frozen<LimitRange>): Defaults {
  const items = spec.limits?.filter(({ type }) => type === 'Container') ?? [];
  return {
    requests: Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest)) as Amounts,
    limits: Object.assign({}, ...items.map((item) => item.default)) as Amounts,
  };
}

/** Whether a container says less than the defaults do. */
function missing(given: Frozen<Amounts> | undefined, defaults: Amounts): string[] {
  return Object.keys(defaults)
    .filter((name) => getOwn(given, name) === undefined)
    .sort();
}

function withDefaults(given: Frozen<Amounts> | undefined, defaults: Amounts, names: readonly string[]): Amounts {
  const filled: Record<string, string> = { ...given };
  for (const name of names) setOwn(filled, name, getOwn(defaults, name) ?? '0');
  return Object.fromEntries(Object.entries(filled).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Gives the containers of a pod the default requests and limits of a range, and tells so in an annotation. Parts of the
 * pod may be frozen: what changes is made anew.
 */
export function fillResources(pod: Pod, range: Frozen<LimitRange>): void {
  const defaults = defaultsOf(range);
  const told: string[] = [];
  const fill = (container: Container, kind: string): Container => {
    const { resources } = container;
    const requests = missing(resources.requests, defaults.requests);
    const limits = missing(resources.limits, defaults.limits);
    if (requests.length > 0) told.push(`${requests.join(', ')} request for ${kind} ${container.name}`);
    if (limits.length > 0) told.push(`${limits.join(', ')} limit for ${kind} ${container.name}`);
    if (requests.length + limits.length === 0) return container;
    const filled = {
      ...resources,
      ...(limits.length > 0 && { limits: withDefaults(resources.limits, defaults.limits, limits) }),
      ...(requests.length > 0 && { requests: withDefaults(resources.requests, defaults.requests, requests) }),
    };
    return { ...container, resources: filled };
  };
  const containers = (pod.spec.containers ?? []).map((container) => fill(container, 'container'));
  const initContainers = pod.spec.initContainers?.map((container) => fill(container, 'init container'));
  if (told.length === 0) return;
  pod.spec = { ...pod.spec, containers, ...(initContainers && { initContainers }) };
  const annotation = `LimitRanger plugin set: ${told.join('; ')}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: annotation };
}
