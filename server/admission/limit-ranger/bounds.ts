/** What a range asks of the requests and limits of a container, a pod or a claim. */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type Amounts, compareAmounts } from '../../kube/amounts.ts';
import { totalOfContainers } from '../../kube/pod-amounts.ts';
import { parseQuantity, quantityMilliValue } from '../../kube/quantity.ts';
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '../../kube/types.gen.ts';

/** What something asks for. Claims have no limits. */
interface Asked {
  readonly requests: Amounts;
  readonly limits?: Amounts;
}

type Item = Frozen<LimitRangeItem>;

const usage = (bound: string, resource: string, { type }: Item, amount: string): string =>
  `${bound} ${resource} usage per ${type} is ${amount}`;

const isAbove = (a: string | undefined, b: string): boolean => a !== undefined && compareAmounts(a, b) > 0;
const isBelow = (a: string | undefined, b: string): boolean => a !== undefined && compareAmounts(a, b) < 0;

function minProblem(item: Item, resource: string, min: string, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [getOwn(requests, resource), getOwn(limits, resource)];
  const text = usage('minimum', resource, item, min);
  if (request === undefined) return `${text}.  No request is specified`;
  if (isBelow(request, min)) return `${text}, but request is ${request}`;
  return isBelow(limit, min) ? `${text}, but limit is ${limit}` : undefined;
}

function maxProblem(item: Item, resource: string, max: string, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [getOwn(requests, resource), getOwn(limits, resource)];
  const text = usage('maximum', resource, item, max);
  if (limits && limit === undefined) return `${text}.  No limit is specified`;
  if (isAbove(limit, max)) return `${text}, but limit is ${limit}`;
  if (!limits && request === undefined) return `${text}.  No request is specified`;
  return isAbove(request, max) ? `${text}, but request is ${request}` : undefined;
}

const isNothing = (amount: string | undefined): boolean => amount === undefined || parseQuantity(amount).nano === 0n;

function ratioProblem(item: Item, resource: string, max: string, { requests, limits }: Asked): string | undefined {
  const [request = '0', limit = '0'] = [getOwn(requests, resource), getOwn(limits, resource)];
  const text = `${resource} max limit to request ratio per ${item.type} is ${max}`;
  if (isNothing(request)) return `${text}, but no request is specified or request is 0`;
  if (isNothing(limit)) return `${text}, but no limit is specified or limit is 0`;
  const ratio = quantityMilliValue(limit) / quantityMilliValue(request);
  return ratio * 1000 > quantityMilliValue(max) ? `${text}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function problemsOf(item: Item, asked: Asked): string[] {
  const each = (amounts: Frozen<Amounts> | undefined, check: typeof minProblem): (string | undefined)[] =>
    Object.entries(amounts ?? {}).map(([resource, amount]) => check(item, resource, amount, asked));
  return [
    ...each(item.min, minProblem),
    ...each(item.max, maxProblem),
    ...(asked.limits ? each(item.maxLimitRequestRatio, ratioProblem) : []),
  ].filter((problem) => problem !== undefined);
}

/** What a pod asks for as a whole. */
function podAsks({ spec }: Frozen<Pod>): Asked {
  const asked = (['requests', 'limits'] as const).map((bound) => {
    const own = Object.entries(spec.resources?.[bound] ?? {}).filter(([name]) => name === 'cpu' || name === 'memory');
    return { ...totalOfContainers(spec, bound), ...Object.fromEntries(own) };
  });
  return { requests: asked[0] ?? {}, limits: asked[1] ?? {} };
}

export function podProblems(range: Frozen<LimitRange>, pod: Frozen<Pod>): string[] {
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  return (range.spec.limits ?? []).flatMap((item) => {
    if (item.type === 'Pod') return problemsOf(item, podAsks(pod));
    if (item.type !== 'Container') return [];
    return containers.flatMap(({ resources: { requests = {}, limits = {} } }) =>
      problemsOf(item, { requests, limits }),
    );
  });
}

export function claimProblems(range: Frozen<LimitRange>, { spec }: Frozen<PersistentVolumeClaim>): string[] {
  const asked = { requests: spec.resources.requests ?? {} };
  return (range.spec.limits ?? []).flatMap((item) =>
    item.type === 'PersistentVolumeClaim' ? problemsOf(item, asked) : [],
  );
}
