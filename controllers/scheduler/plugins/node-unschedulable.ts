import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { tolerates } from '../../lib/tolerations.ts';
import { type Filter, type FilterPlugin, unresolvable } from '../framework.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const REFUSED = unresolvable('node(s) were unschedulable');

const FILTER: Filter = { check: ({ node }) => (node.spec.unschedulable ? REFUSED : undefined) };

const isTolerated = ({ spec }: Frozen<Pod>): boolean =>
  spec.tolerations?.some((toleration) => tolerates(toleration, TAINT)) ?? false;

/** Cordoned nodes. */
export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  prepare: ({ pod: { pod } }) => (isTolerated(pod) ? undefined : { filter: FILTER }),
  helpedBy: {
    node: ({ before, now }) => !now?.spec.unschedulable && (before === undefined || before.spec.unschedulable === true),
    'target-pod': ({ before, now }) => Boolean(before && now && !isTolerated(before) && isTolerated(now)),
  },
};
