/** Requests whose audit events are compared with those of a real server, and what makes the two comparable. */
export interface AuditStep {
  readonly method: string;
  readonly path: string;
  readonly body?: object | string;
  readonly type?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** The administrator's unless given. */
  readonly token?: string;
}

export const AUDIT_NAMESPACE = 'audit-play';
export const USER_AGENT = 'audit-play/1';

const IN = `/api/v1/namespaces/${AUDIT_NAMESPACE}`;
const SETS = `/apis/apps/v1/namespaces/${AUDIT_NAMESPACE}/replicasets`;
const MERGE = 'application/merge-patch+json';
const A = `${IN}/configmaps/a`;

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

const get = (path: string, more: Partial<AuditStep> = {}): AuditStep => ({ method: 'GET', path, ...more });
const post = (path: string, body: object | string): AuditStep => ({ method: 'POST', path, body });
const merge = (path: string, body: object): AuditStep => ({ method: 'PATCH', path, body, type: MERGE });

export const CREATE_NAMESPACE = post('/api/v1/namespaces', { metadata: { name: AUDIT_NAMESPACE } });

export const AUDIT_STEPS: readonly AuditStep[] = [
  post(`${IN}/configmaps`, { metadata: { name: 'a' }, data: { k: '<v>' } }),
  get(`${A}?pretty=true`),
  get(`${IN}/configmaps?limit=1`),
  { method: 'PUT', path: A, body: { metadata: { name: 'a' }, data: { k: 'w' } } },
  merge(A, { data: { k: 'x' } }),
  post(`${IN}/configmaps`, { metadata: { generateName: 'g-' } }),
  post(`${IN}/configmaps?dryRun=All`, { metadata: { name: 'd' } }),
  post(`${IN}/configmaps`, '{bad'),
  get(`${IN}/configmaps/none`),
  post(`${IN}/secrets`, { metadata: { name: 's' }, stringData: { k: 'v' } }),
  get(`${IN}/secrets/s`),
  post(`${IN}/serviceaccounts`, { metadata: { name: 'sa' } }),
  get(`${IN}/serviceaccounts/sa`),
  get(`${IN}/serviceaccounts?labelSelector=x%3Dy`),
  post(SETS, {
    metadata: { name: 'r' },
    spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template },
  }),
  get(`${SETS}/r/scale`),
  merge(`${SETS}/r/scale`, { spec: { replicas: 0 } }),
  { method: 'DELETE', path: `${SETS}/r` },
  { method: 'DELETE', path: A, body: { propagationPolicy: 'Background' } },
  { method: 'DELETE', path: `${IN}/configmaps?labelSelector=none` },
  ...['/version', '/healthz', '/readyz/ping', '/apis/apps/v1', '/none'].map((path) => get(path)),
  get(A, {
    headers: [
      ['Impersonate-User', 'jane'],
      ['Impersonate-Group', 'dev'],
      ['Impersonate-Extra-team', 'x'],
    ],
  }),
  get(A, { headers: [['Impersonate-User', 'nobody-cares']] }),
  get(A, { token: 'wrong' }),
  get(A, { token: '' }),
  get(`${IN}/configmaps?watch=1&timeoutSeconds=1`),
  get(A, {
    headers: [
      ['Audit-ID', 'my-id'],
      ['X-Forwarded-For', '10.1.2.3, x, 1.1.1.1'],
      ['X-Real-Ip', '9.9.9.9'],
    ],
  }),
  get(`${IN}/pods/x/log`),
  post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
  }),
];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Lines of the log that tell of the steps, without what differs from run to run. */
export function comparableEvents(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.includes(`"userAgent":"${USER_AGENT}"`))
    .map((line) => line.replace(UUID, 'UID').replace(TIME, 'TIME'))
    .map((line) => line.replace(/"resourceVersion":"\d+"/g, '"resourceVersion":"N"'))
    .map((line) => line.replace(/"user":\{"username":"admin",[^}]*\}/g, '"user":"admin"'));
}
