import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, put, remove } from './steps.ts';

const NAMESPACES = '/api/v1/namespaces';
const HELD = { without: ['conditions'] };
const namespace = (name: string, fields: object = {}, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  ...fields,
});
const finalize = (name: string, finalizers: string[], given = name): Step =>
  put(`${NAMESPACES}/${name}/finalize`, namespace(given, { spec: { finalizers } }), HELD);

/** `kubernetes` goes at once, so that the real server's controller has nothing to do. */
export const namespaces: Step[] = [
  post(NAMESPACES, namespace('Rec_n')),
  post(`${NAMESPACES}?dryRun=All`, namespace('x.y', { spec: { finalizers: ['foo'] } })),
  post(`${NAMESPACES}?dryRun=All`, {
    ...namespace(
      'xy',
      { spec: { finalizers: ['foo/x'] }, status: { phase: 'Terminating' } },
      { labels: { 'kubernetes.io/metadata.name': 'z' } },
    ),
  }),
  post(NAMESPACES, namespace('rec-one')),
  post(NAMESPACES, namespace('rec-one')),
  patch(`${NAMESPACES}/rec-one`, { spec: { finalizers: ['foo/x'] }, metadata: { labels: { a: 'b' } } }),
  patch(`${NAMESPACES}/rec-one`, { metadata: { labels: { 'kubernetes.io/metadata.name': null } } }),
  patch(`${NAMESPACES}/rec-one/status`, { status: { phase: 'Terminating' } }),
  patch(`${NAMESPACES}/rec-one/status`, { status: { conditions: [{ type: 'x', status: 'True' }] } }),
  finalize('rec-one', ['foo'], 'rec-one'),
  finalize('rec-one', ['foo/x'], 'rec-two'),
  finalize('rec-none', []),
  finalize('rec-one', ['foo/x']),
  remove(`${NAMESPACES}/rec-one?dryRun=All`, undefined, HELD),
  remove(`${NAMESPACES}/rec-one`, { preconditions: { uid: 'x' } }),
  remove(`${NAMESPACES}/rec-one`, undefined, HELD),
  get(`${NAMESPACES}/rec-one`, HELD),
  remove(`${NAMESPACES}/rec-one`, undefined, HELD),
  post(`${NAMESPACES}/rec-one/configmaps`, { metadata: { name: 'a' } }),
  patch(`${NAMESPACES}/rec-one`, { metadata: { finalizers: ['a/b'] } }, HELD),
  get(`${NAMESPACES}?fieldSelector=status.phase%3DTerminating,metadata.name%3Drec-one`, HELD),
  get(`${NAMESPACES}?fieldSelector=spec.finalizers%3Dx`),
  finalize('rec-one', []),
  get(`${NAMESPACES}/rec-one`),
  post(NAMESPACES, namespace('rec-three', {}, { finalizers: ['a/b'] })),
  finalize('rec-three', ['foo/x']),
  remove(`${NAMESPACES}/rec-three`, { orphanDependents: false }, HELD),
  finalize('rec-three', []),
  get(`${NAMESPACES}/rec-three`, HELD),
  remove(`${NAMESPACES}/rec-three`, { propagationPolicy: 'Orphan' }, HELD),
  patch(`${NAMESPACES}/rec-three`, { metadata: { finalizers: null } }, HELD),
  get(`${NAMESPACES}/rec-three`),
  remove(`${NAMESPACES}/default`),
  remove(`${NAMESPACES}/kube-system`),
  remove(NAMESPACES),
];
