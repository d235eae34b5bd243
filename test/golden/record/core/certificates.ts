import { createPki } from '../../../../server/auth/certificates.ts';
import { systemClock } from '../../../../server/base/clock.ts';
import { systemRandom } from '../../../../server/base/random.ts';
import { certificateRequest, inPem } from '../../../support/certificate-request.ts';
import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, put, remove } from './steps.ts';

const GROUP = '/apis/certificates.k8s.io/v1';
const REQUESTS = `${GROUP}/certificatesigningrequests`;
const BUNDLES = `${GROUP}/clustertrustbundles`;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const CLIENT = 'kubernetes.io/kube-apiserver-client';

const signingRequest = (name: string, signerName: string, organizations: string[], more: object = {}): object => ({
  metadata: { name: `$NS-${name}` },
  spec: {
    request: certificateRequest({ commonName: 'jane', organizations }).request,
    signerName,
    usages: ['client auth'],
    ...more,
  },
});
const condition = (type: string): object => ({ type, status: 'True', reason: 'r', message: 'm' });
const conditions = (...types: string[]): object => ({ status: { conditions: types.map(condition) } });
const rights = { apiGroups: ['certificates.k8s.io'], resources: ['*'], verbs: ['get', 'create', 'update', 'patch'] };

/** Rights of a user who is called as the role. */
const grant = (name: string, ...rules: object[]): Step[] => [
  post(`${RBAC}/clusterroles`, { metadata: { name: `$NS-${name}` }, rules }),
  post(`${RBAC}/clusterrolebindings`, {
    metadata: { name: `$NS-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `$NS-${name}` },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `$NS-${name}` }],
  }),
];
const signers = (verb: string, ...resourceNames: string[]): object => ({
  apiGroups: ['certificates.k8s.io'],
  resources: ['signers'],
  verbs: [verb],
  resourceNames,
});
const plain = { as: '$NS-plain' };
const domain = { as: '$NS-domain' };
const name = { as: '$NS-name' };
const AGES = { without: ['lastUpdateTime', 'lastTransitionTime', 'username', 'groups', 'extra'] };

const root = (): string => createPki({ clock: systemClock(), random: systemRandom() }).ca.cert;
const bundle = (more: object): object => ({
  metadata: { name: 'example.com:signer:$NS' },
  spec: { signerName: 'example.com/signer', trustBundle: root() },
  ...more,
});

/** Who may approve, sign and attest for which signer, and which subjects nobody gets. */
export const certificates: Step[] = [
  ...grant('plain', rights),
  ...grant('domain', rights, signers('approve', 'example.com/*'), signers('sign', 'example.com/*')),
  ...grant('name', rights, signers('approve', 'example.com/one'), signers('attest', 'example.com/signer')),
  post(REQUESTS, signingRequest('one', 'example.com/one', ['dev']), AGES),
  post(REQUESTS, signingRequest('two', 'example.com/two', ['dev']), AGES),
  post(REQUESTS, signingRequest('masters', CLIENT, ['dev', 'system:masters']), AGES),
  post(REQUESTS, signingRequest('masters-elsewhere', 'example.com/one', ['system:masters']), AGES),
  post(REQUESTS, signingRequest('unreadable', CLIENT, [], { request: inPem('CERTIFICATE REQUEST', Buffer.from('x')) })),
  post(REQUESTS, signingRequest('other', 'example.com/x', [], { request: inPem('CERTIFICATE', Buffer.from('x')) })),
  get(`${REQUESTS}/$NS-two`, AGES),
  patch(`${REQUESTS}/$NS-one/approval`, conditions('Approved'), { ...AGES, ...plain }),
  patch(`${REQUESTS}/$NS-one/approval`, conditions('Approved'), { ...AGES, ...name }),
  patch(`${REQUESTS}/$NS-two/approval`, conditions('Approved'), { ...AGES, ...name }),
  patch(`${REQUESTS}/$NS-two/approval`, conditions('Denied'), { ...AGES, ...domain }),
  patch(`${REQUESTS}/$NS-one/status`, conditions('Approved', 'Failed'), { ...AGES, ...name }),
  patch(`${REQUESTS}/$NS-one/status`, { metadata: { labels: { a: 'b' } } }, { ...AGES, ...plain }),
  patch(`${REQUESTS}/$NS-one/status`, conditions('Approved', 'Failed'), { ...AGES, ...domain }),
  patch(`${REQUESTS}/$NS-one`, { metadata: { labels: { a: 'c' } } }, { ...AGES, ...plain }),
  put(`${REQUESTS}/$NS-none/approval`, signingRequest('none', 'example.com/one', []), plain),
  post(BUNDLES, bundle({}), plain),
  post(BUNDLES, bundle({ metadata: { name: '$NS' }, spec: { trustBundle: root() } }), plain),
  post(BUNDLES, bundle({}), name),
  patch(`${BUNDLES}/example.com:signer:$NS`, { spec: { trustBundle: root() } }, plain),
  patch(`${BUNDLES}/example.com:signer:$NS`, { metadata: { labels: { a: 'b' } } }, plain),
  patch(`${BUNDLES}/example.com:signer:$NS`, { metadata: { finalizers: ['example.com/f'] } }, plain),
  patch(`${BUNDLES}/example.com:signer:$NS`, { metadata: { finalizers: null } }, plain),
  remove(`${BUNDLES}/example.com:signer:$NS`),
  remove(`${BUNDLES}/$NS`),
  ...['one', 'two', 'masters-elsewhere'].map((one) => remove(`${REQUESTS}/$NS-${one}`)),
  ...['plain', 'domain', 'name'].flatMap((one) => [
    remove(`${RBAC}/clusterrolebindings/$NS-${one}`),
    remove(`${RBAC}/clusterroles/$NS-${one}`),
  ]),
];
