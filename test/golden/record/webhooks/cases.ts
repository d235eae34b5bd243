import type { Step } from '../../../support/exchanges.ts';
import type { Behaviour } from '../../../support/webhooks/webhook-server.ts';
import { told } from './told.ts';
import type { Hook, WebhookCase } from './webhook-case.ts';

const post = (name: string, more: object = {}): Step => ({
  method: 'POST',
  path: 'configmaps',
  body: { metadata: { name }, ...more },
});
const create = post('a', { data: { a: 'b' } });
const validating = (behaviour: Behaviour, fields: Hook['fields'] = {}): Hook => ({
  kind: 'validating',
  behaviour,
  fields,
});
const mutating = (behaviour: Behaviour, fields: Hook['fields'] = {}): Hook => ({ kind: 'mutating', behaviour, fields });
const both = (name: string, behaviour: Behaviour, fields: Hook['fields'] = {}): WebhookCase[] => [
  { name: `validating: ${name}`, hooks: [validating(behaviour, fields)], steps: [create] },
  { name: `mutating: ${name}`, hooks: [mutating(behaviour, fields)], steps: [create] },
];
const denied = (status: object | undefined): Behaviour => ({ response: { allowed: false, ...(status && { status }) } });
const patching = (...patch: unknown[]): Behaviour => ({ response: { patch } });
const raw = (response: object): Behaviour => ({ response: response as Record<string, unknown> });
const page = (status: number, body: string, type = 'text/plain'): Behaviour => ({ page: { status, body, type } });

const answers: WebhookCase[] = [
  ...both('a bare denial', denied(undefined)),
  ...both('a denial with a message', denied({ message: 'no' })),
  ...both('a denial with a reason only', denied({ reason: 'Forbidden' })),
  ...both('a denial with everything', denied({ code: 418, reason: 'Teapot', message: 'no', details: { name: 'x' } })),
  ...both('a denial that calls itself a success', denied({ status: 'Success', code: 200 })),
  ...both('another uid', raw({ uid: 'other' })),
  ...both('no response', { review: { response: undefined } }),
  ...both('another kind', { review: { kind: 'Pod' } }),
  ...both('another version', { review: { apiVersion: 'admission.k8s.io/v1beta1' } }),
  ...both('no kind', { review: { kind: undefined } }),
  ...both('no JSON', page(200, 'hello', 'application/json')),
  ...both('an empty page', page(200, '')),
  ...both('a list', page(200, '[]', 'application/json')),
  ...both('allowed as a text', raw({ allowed: 'yes' })),
  ...both('a patch type without a patch', raw({ patchType: 'JSONPatch' })),
  ...both('a patch', patching({ op: 'add', path: '/data/x', value: 'y' })),
  ...both('warnings and annotations', raw({ warnings: ['one', 'two'], auditAnnotations: { key: 'value' } })),
  ...[301, 400, 401, 403, 404, 405, 406, 409, 415, 418, 422, 429, 500, 503, 504].flatMap((status) =>
    both(`a page with ${status}`, page(status, 'a page')),
  ),
  ...both('a page with 500 and JSON', page(500, '{"a":"b"}', 'application/json')),
  ...both(
    'a Status with 500',
    page(500, '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"busy"}', 'application/json'),
  ),
];

const patches: WebhookCase[] = [
  ['a test that fails', { op: 'test', path: '/data/a', value: 'x' }],
  ['a path that is not there', { op: 'remove', path: '/data/z' }],
  ['a path into nothing', { op: 'add', path: '/x/y/z', value: 1 }],
  ['an unknown operation', { op: 'jump', path: '/data' }],
  ['a value that does not fit', { op: 'add', path: '/data', value: 'text' }],
  ['a number for a text', { op: 'add', path: '/data/a', value: 5 }],
  ['a field that there is not', { op: 'add', path: '/unknown', value: 5 }],
  ['another name', { op: 'replace', path: '/metadata/name', value: 'other' }],
  ['another namespace', { op: 'replace', path: '/metadata/namespace', value: 'other' }],
  ['a uid', { op: 'add', path: '/metadata/uid', value: 'mine' }],
  ['another kind', { op: 'replace', path: '/kind', value: 'Pod' }],
  ['an index for a field', { op: 'add', path: '/data/-', value: 'x' }],
  ['a bad label', { op: 'add', path: '/metadata/labels', value: { a: 'b c' } }],
].map(([name, operation]) => ({
  name: `patch: ${name as string}`,
  hooks: [mutating(patching(operation))],
  steps: [create, { method: 'PUT', path: 'configmaps/a', body: { metadata: { name: 'a' }, data: { a: 'c' } } } as Step],
}));

const moreAnswers: WebhookCase[] = [
  { name: 'patch: no type', hooks: [mutating(raw({ patch: [], patchType: undefined }))], steps: [create] },
  {
    name: 'patch: an unknown type',
    hooks: [mutating(raw({ patch: [{ op: 'remove', path: '/data' }], patchType: 'Merge' }))],
    steps: [create],
  },
  {
    name: 'patch: an empty type',
    hooks: [mutating(raw({ patch: [{ op: 'remove', path: '/data' }], patchType: '' }))],
    steps: [create],
  },
  { name: 'patch: an object', hooks: [mutating(raw({ patch: { op: 'remove' } }))], steps: [create] },
  { name: 'patch: no JSON', hooks: [mutating(raw({ patch: 'hello' }))], steps: [create] },
  { name: 'patch: empty', hooks: [mutating(patching())], steps: [create] },
  { name: 'patch: null', hooks: [mutating(raw({ patch: 'null' }))], steps: [create] },
];

const connections: WebhookCase[] = (
  ['other authority', 'same authority, other key', 'other name', 'expired', 'plain HTTP'] as const
).map((identity) => ({
  name: `connection: ${identity}`,
  identity,
  hooks: [validating({}, identity === 'other name' ? { clientConfig: { url: 'https://127.0.0.2:$PORT/0' } } : {})],
  steps: [create],
}));
const faults: WebhookCase[] = [
  { name: 'connection: refused', stopped: true, hooks: [validating({})], steps: [create] },
  {
    name: 'connection: refused and ignored',
    stopped: true,
    hooks: [validating({}, { failurePolicy: 'Ignore' })],
    steps: [create],
  },
  {
    name: 'connection: no such host',
    hooks: [validating({}, { clientConfig: { url: 'https://nowhere.invalid/' } })],
    steps: [create],
  },
  { name: 'connection: bad bundle', hooks: [{ ...validating({}), caBundle: 'aGVsbG8=' }], steps: [create] },
  ...(['close', 'half'] as const).flatMap((fault) => both(`connection: ${fault}`, { fault })),
  ...both('connection: no answer in time', { fault: 'hang' }, { timeoutSeconds: 1 }),
  ...both('connection: no answer in time, ignored', { fault: 'hang' }, { timeoutSeconds: 1, failurePolicy: 'Ignore' }),
  ...both('ignored: a page with 500', page(500, 'a page'), { failurePolicy: 'Ignore' }),
  ...both('ignored: a denial', denied({ message: 'no' }), { failurePolicy: 'Ignore' }),
];

const service = (fields: object): Hook =>
  validating({}, { clientConfig: { service: { namespace: '$NS', name: 'hooks', ...fields } } });
const makeService = (spec: object): Step => ({
  method: 'POST',
  path: 'services',
  body: { metadata: { name: 'hooks' }, spec },
});
const services: WebhookCase[] = [
  { name: 'service: missing', hooks: [service({ path: '/0' })], steps: [create] },
  {
    name: 'service: no such port',
    hooks: [service({})],
    before: [makeService({ ports: [{ port: 80 }] })],
    steps: [create],
  },
  { name: 'service: headless', hooks: [service({})], before: [makeService({ clusterIP: 'None' })], steps: [create] },
  {
    name: 'service: a name elsewhere',
    hooks: [service({ path: '/0' })],
    before: [makeService({ type: 'ExternalName', externalName: '127.0.0.1.invalid' })],
    steps: [create],
  },
];

const dryRun = (sideEffects: string): WebhookCase[] =>
  (['mutating', 'validating'] as const).map((kind) => ({
    name: `dry run: ${kind}, side effects ${sideEffects}`,
    hooks: [{ kind, behaviour: {}, fields: { sideEffects, failurePolicy: 'Ignore' } }],
    steps: [{ ...create, path: 'configmaps?dryRun=All' }],
  }));

export const cases: readonly WebhookCase[] = [
  ...told,
  ...answers,
  ...patches,
  ...moreAnswers,
  ...connections,
  ...faults,
  ...services,
  ...dryRun('None'),
  ...dryRun('NoneOnDryRun'),
];
