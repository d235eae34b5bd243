/** What the body of `PUT /-/metrics/KIND` has to be. */
import { deepEqual, getOwn } from '../base/freeze.ts';
import { badRequest } from '../kube/api-error.ts';
import { parseLabelSelector } from '../kube/labels.ts';
import type { DescribedObject } from '../kube/metrics-source.ts';
import { parseQuantity } from '../kube/quantity.ts';

/** The metrics API that a metric belongs to: what pods use, custom metrics of pods and objects, external ones. */
export const METRIC_KINDS = ['resource', 'pods', 'object', 'external'] as const;

export interface ToldMetric {
  readonly kind: (typeof METRIC_KINDS)[number];
  readonly namespace: string;
  /** Which pods: `app=web`; all of the namespace unless given. */
  readonly selector?: string;
  /** What each of the pods uses, as their annotation says it. */
  readonly usage?: Readonly<Record<string, string>>;
  readonly metric?: string;
  /** Of the metric. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly object?: DescribedObject;
  /** A quantity. */
  readonly value?: string;
}

/** Whether both are about the same thing, whatever they say of it. */
export function sameTold(a: ToldMetric, b: ToldMetric): boolean {
  const about = ({ usage: _usage, value: _value, ...rest }: ToldMetric): object => rest;
  return deepEqual(about(a), about(b));
}

const FIELDS: Readonly<Record<ToldMetric['kind'], readonly string[]>> = {
  resource: ['namespace', 'selector', 'usage'],
  pods: ['namespace', 'selector', 'metric', 'labels', 'value'],
  object: ['namespace', 'object', 'metric', 'labels', 'value'],
  external: ['namespace', 'metric', 'labels', 'value'],
};

/**
 * @throws ApiError 400 that says what is wrong
 * @example
 * readToldMetric('external', { metric: 'queue', value: '30' });
 */
export function readToldMetric(kind: string, body: Readonly<Record<string, unknown>>): ToldMetric {
  const known = METRIC_KINDS.find((name) => name === kind);
  if (!known)
    throw badRequest(`there are no metrics of kind ${JSON.stringify(kind)}; there are ${METRIC_KINDS.join(', ')}`);
  for (const name of Object.keys(body))
    if (!FIELDS[known].includes(name))
      throw badRequest(`the body has no field ${JSON.stringify(name)}; it may have ${FIELDS[known].join(', ')}`);
  const selector = text(body, 'selector');
  const labels = texts(body, 'labels');
  const usage = texts(body, 'usage');
  const value = text(body, 'value');
  const metric = text(body, 'metric');
  if (selector !== undefined) checked('selector', () => parseLabelSelector(selector));
  for (const amount of [value, ...Object.values(usage ?? {})])
    if (amount !== undefined) checked(JSON.stringify(amount), () => parseQuantity(amount));
  if (known !== 'resource' && metric === undefined) throw badRequest('the body has to name a "metric"');
  return {
    kind: known,
    namespace: text(body, 'namespace') ?? 'default',
    ...(selector !== undefined && { selector }),
    ...(metric !== undefined && { metric }),
    ...(labels && { labels }),
    ...(known === 'object' && { object: described(body) }),
    ...(usage && { usage }),
    ...(value !== undefined && { value }),
  };
}

function checked(what: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    throw badRequest(`${what}: ${(error as Error).message}`);
  }
}

/** A number is as good as its text. */
function asText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function text(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = getOwn(body, name);
  if (value === undefined || value === null) return undefined;
  const found = asText(value);
  if (found === undefined) throw badRequest(`${JSON.stringify(name)} has to be a text`);
  return found;
}

function texts(body: Readonly<Record<string, unknown>>, name: string): Record<string, string> | undefined {
  const value = getOwn(body, name);
  if (value === undefined || value === null) return undefined;
  const entries =
    typeof value === 'object' ? Object.entries(value).map(([key, one]) => [key, asText(one)] as const) : [];
  if (entries.length === 0 || entries.some(([, one]) => one === undefined))
    throw badRequest(`${JSON.stringify(name)} has to be an object of texts`);
  return Object.fromEntries(entries.map(([key, one]) => [key, one ?? '']));
}

function described(body: Readonly<Record<string, unknown>>): DescribedObject {
  const { kind, name, apiVersion } = texts(body, 'object') ?? {};
  if (kind === undefined || name === undefined)
    throw badRequest('"object" has to be {"kind": KIND, "name": NAME}, with "apiVersion" where it matters');
  return { kind, name, ...(apiVersion !== undefined && { apiVersion }) };
}
