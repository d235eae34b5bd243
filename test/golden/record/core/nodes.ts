import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, remove } from './steps.ts';

const NODES = '/api/v1/nodes';
const node = (fields: object, extra?: object): Step => post(NODES, { metadata: { name: 'rec-n' }, ...fields }, extra);
/** Controllers of the real server write these. */
const WATCHED = { without: ['taints', 'annotations', 'podCIDR', 'podCIDRs'] };
const taints = [
  { key: 'a b', effect: 'x' },
  { key: 'a', effect: 'NoSchedule' },
  { key: 'a', effect: 'NoSchedule' },
];

export const nodes: Step[] = [
  node({ spec: { taints, podCIDR: 'x', podCIDRs: ['y', '10.0.0.0/24'], providerID: 'x' } }),
  node({ spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] } }),
  node(
    {
      spec: { unschedulable: true, podCIDR: '10.77.0.0/24' },
      status: { capacity: { cpu: '4', memory: '1024Mi' }, addresses: [{ type: 'Hostname', address: 'x' }] },
    },
    WATCHED,
  ),
  patch(`${NODES}/rec-n`, { spec: { podCIDR: '10.78.0.0/24', podCIDRs: ['10.78.0.0/24'] } }, WATCHED),
  patch(`${NODES}/rec-n`, { spec: { externalID: 'z' } }, WATCHED),
  patch(`${NODES}/rec-n`, { spec: { providerID: 'p' } }, WATCHED),
  patch(`${NODES}/rec-n`, { spec: { providerID: 'q' } }, WATCHED),
  patch(`${NODES}/rec-n/status`, { status: { capacity: { cpu: '-1' } }, spec: { providerID: 'q' } }, WATCHED),
  get(`${NODES}?fieldSelector=spec.unschedulable%3Dtrue`, WATCHED),
  get(`${NODES}?fieldSelector=foo%3Dtrue`),
  remove(`${NODES}/rec-n`),
];
