/** `/-/faults`: rules that say what goes wrong. */
import { type AdminRoute, type AdminSchema, STATUS, SUCCESS, schema } from './route.ts';

const MATCH = schema.object({
  verbs: schema.list(schema.text('get, list, watch, create, update, patch, delete, deletecollection, *')),
  group: schema.text('API group'),
  resource: schema.text('pods, pods/status, deployments.apps, *'),
  subresource: schema.text('part of an object: status, *'),
  namespace: schema.text('of the object'),
  name: schema.text('of the object'),
  path: schema.text('the whole path: /healthz'),
  user: schema.text('who sends the request'),
  userGroup: schema.text('a group of theirs'),
  userAgent: schema.text('of the client'),
  headers: { type: 'object', additionalProperties: { type: 'string' }, description: 'by name' },
  controllers: schema.flag('whether clients in the same process are meant too'),
});

const orText = (object: AdminSchema, description: string): AdminSchema => ({
  oneOf: [{ type: 'string' }, object],
  description,
});

const DELAY = schema.object({
  for: schema.text('so long'),
  min: schema.text('at least, with max'),
  max: schema.text('at most'),
  p50: schema.text('half of them no longer, with p99'),
  p99: schema.text('99 of 100 no longer'),
  clock: schema.oneOf(['real', 'cluster'], 'real unless given'),
});

const WATCH = schema.object({
  hold: { oneOf: [{ type: 'boolean' }, { type: 'string' }], description: 'until the rule ends, or so long' },
  drop: schema.flag('events are missing'),
  duplicate: schema.flag('events come twice'),
  cut: schema.flag('the connection breaks in the middle of an event'),
  close: schema.flag('the watch ends'),
  expire: schema.oneOf(['event', 'status'], 'it ends, or does not begin, with 410'),
  types: schema.list(schema.oneOf(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'], 'of event')),
  name: schema.text('only events of such objects'),
});

const RULE = schema.object({
  name: schema.text('its id; made up unless given'),
  match: MATCH,
  times: schema.number('how often at most'),
  after: schema.number('how many are left alone first'),
  probability: schema.number('0 to 1'),
  expires: schema.text('30s: for how long'),
  delay: orText(DELAY, '200ms, or a distribution'),
  code: schema.number('a Status with this code'),
  status: schema.object(
    {
      code: schema.number('400 to 599'),
      reason: schema.text('as upstream'),
      message: schema.text('as upstream'),
      details: schema.any,
      retryAfterSeconds: schema.number('also the header'),
    },
    ['code'],
  ),
  throttle: {
    oneOf: [
      { type: 'boolean' },
      schema.object({
        retryAfterSeconds: schema.number('1 unless given'),
        as: schema.oneOf(['status', 'text'], 'body'),
      }),
    ],
  },
  conflict: schema.flag('an update is told that somebody else was faster'),
  stale: schema.number('reads answer the state of so many revisions ago'),
  reset: schema.oneOf(['before', 'after'], 'the connection breaks before or after the work'),
  truncate: { oneOf: [{ type: 'boolean' }, { type: 'integer' }], description: 'the connection breaks in the body' },
  scope: schema.oneOf(['request', 'connection'], 'what breaks'),
  watch: WATCH,
  certificate: schema.oneOf(['expired'], 'new connections see an expired certificate'),
  node: schema.text('a simulated node, with state lost'),
  controller: schema.text('a controller, with state off'),
  namespace: schema.text('of a controller: only there'),
  state: schema.oneOf(['lost', 'off'], 'of the node or the controller'),
});

const REPORT = schema.object({
  id: schema.text('name of the rule'),
  rule: RULE,
  matched: schema.number('requests or events that it is about'),
  fired: schema.number('those that it did something to'),
  state: schema.oneOf(['active', 'spent', 'expired'], 'whether it still does something'),
  warnings: schema.list(schema.text('what may be a mistake of a new rule: a resource that there is not')),
});

export const faultRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/faults',
    summary: 'all rules for faults, and what has come of them',
    answer: schema.object({ faults: schema.list(REPORT) }),
    handle: async ({ faults }) => ({ faults: faults.list() }),
  },
  {
    method: 'POST',
    path: '/faults',
    summary: 'add a rule for faults',
    description: 'Requests below /-/ never fail because of a rule.',
    body: RULE,
    answer: REPORT,
    handle: async ({ faults }, { body }) => {
      const report = faults.begin(await body());
      await faults.obeyed();
      return report;
    },
  },
  {
    method: 'DELETE',
    path: '/faults',
    summary: 'take all rules for faults away',
    answer: STATUS,
    handle: async ({ faults }) => {
      faults.clear();
      await faults.obeyed();
      return SUCCESS;
    },
  },
  {
    method: 'GET',
    path: '/faults/{id}',
    summary: 'one rule, and what has come of it',
    answer: REPORT,
    handle: async ({ faults }, { params: { id = '' } }) => faults.get(id),
  },
  {
    method: 'DELETE',
    path: '/faults/{id}',
    summary: 'take a rule away',
    answer: REPORT,
    handle: async ({ faults }, { params: { id = '' } }) => {
      const report = faults.remove(id);
      await faults.obeyed();
      return report;
    },
  },
];
