import { getOwn } from '../../base/freeze.ts';
import { type Amounts, sumAmounts } from '../../kube/amounts.ts';
import { canonicalQuantity } from '../../kube/quantity.ts';

/** NodeMetrics or PodMetrics. */
export interface MetricsObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
  readonly timestamp: string;
  readonly window: string;
  readonly containers?: readonly { readonly name: string; readonly usage: Amounts }[];
  /** Of a node. */
  readonly usage?: Amounts;
}

export interface MetricsList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: object;
  readonly items: readonly MetricsObject[];
}

/** Whether a client wants a table before it wants anything else. */
export const wantsTable = (accept: string): boolean => /(^|;)\s*as=Table(;|$)/.test(accept.split(',')[0] ?? '');

const whole = ({ usage, containers = [] }: MetricsObject): Amounts =>
  usage ?? containers.reduce<Amounts>((sum, container) => sumAmounts(sum, container.usage), {});

/** The object or list as a table, whose columns are those of the first row. */
export function tableOf(body: MetricsObject | MetricsList): object {
  const items = 'items' in body ? body.items : [body];
  const [first] = items;
  const names = Object.keys(first ? whole(first) : {}).sort();
  const columns = [
    { name: 'Name', type: 'string', format: 'name', description: 'Name of the resource', priority: 0 },
    ...names.map((name) => ({ name, type: 'string', format: 'quantity', description: '', priority: 0 })),
    { name: 'Window', type: 'string', format: 'duration', description: '', priority: 0 },
  ];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: items.length === 0 ? [] : columns,
    rows: items.map((item) => {
      const { metadata, window } = item;
      const usage = whole(item);
      return {
        cells: [metadata.name, ...names.map((name) => canonicalQuantity(getOwn(usage, name) ?? '0')), window],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
      };
    }),
  };
}
