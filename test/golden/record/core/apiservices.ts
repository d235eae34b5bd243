import type { Step } from '../../../support/exchanges.ts';

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const GROUP = '$NS.example.com';
const NAME = `v1.${GROUP}`;
/** Soon the controller of the real server has written one. */
const without = ['status'];

const priorities = { groupPriorityMinimum: 1000, versionPriority: 15 };
const service = { namespace: 'default', name: 'kitchen' };
const valid = { group: GROUP, version: 'v1', ...priorities };

const named = (name: string, spec: object, more: object = {}): object => ({ metadata: { name }, spec, ...more });

const refused = (spec: object, name = NAME): Step => ({ method: 'POST', path: SERVICES, body: named(name, spec) });

/** APIServices: what is refused, what is filled in, and who may change what. */
export const apiservices: readonly Step[] = [
  refused({}),
  refused({ group: GROUP, version: 'v1' }),
  refused(valid, 'other'),
  refused({ ...valid, version: 'V_1' }, `V_1.${GROUP}`),
  refused({ ...valid, group: 'Not A Group' }),
  refused({ ...priorities, version: 'v2' }, 'v2.'),
  refused({ ...valid, groupPriorityMinimum: 0, versionPriority: -1 }),
  refused({ ...valid, groupPriorityMinimum: 20_001, versionPriority: 1001 }),
  refused({ ...valid, insecureSkipTLSVerify: true, caBundle: 'YWJj' }),
  refused({ ...valid, service, insecureSkipTLSVerify: true, caBundle: 'YWJj' }),
  refused({ ...valid, service: {} }),
  refused({ ...valid, service: { ...service, port: 0 } }),
  refused({ ...valid, service: { ...service, port: 65_536 } }),
  refused({ ...valid, service: { ...service, port: 'https' } }),
  refused({ ...valid, caBundle: 'no base64!' }),
  { method: 'POST', path: SERVICES, body: named(NAME, valid) },
  { method: 'POST', path: SERVICES, body: named(NAME, valid) },
  { method: 'GET', path: `${SERVICES}/${NAME}` },
  { method: 'GET', path: `${SERVICES}/${NAME}`, table: true },
  { method: 'PUT', path: `${SERVICES}/${NAME}`, body: named(NAME, valid) },
  { method: 'PATCH', path: `${SERVICES}/${NAME}`, body: { spec: { service: { name: 'kitchen' } } }, without },
  { method: 'PATCH', path: `${SERVICES}/${NAME}`, body: { spec: { service } }, without },
  { method: 'PATCH', path: `${SERVICES}/${NAME}`, body: { spec: { service: { port: 8443 } } }, without },
  { method: 'PATCH', path: `${SERVICES}/${NAME}`, body: { spec: { group: 'other.example.com' } }, without },
  { method: 'PATCH', path: `${SERVICES}/${NAME}/status`, body: { spec: { versionPriority: 3 } }, without },
  {
    method: 'PATCH',
    path: `${SERVICES}/${NAME}/status`,
    body: { status: { conditions: [{ type: 'X', status: 'No' }] } },
  },
  { method: 'PATCH', path: `${SERVICES}/${NAME}/status`, body: { metadata: { labels: { a: 'b' } } }, without },
  { method: 'GET', path: `${SERVICES}/${NAME}/status`, without },
  { method: 'GET', path: `${SERVICES}/${NAME}/status`, table: true },
  { method: 'DELETE', path: `${SERVICES}/${NAME}` },
  { method: 'GET', path: `${SERVICES}/${NAME}` },
];
