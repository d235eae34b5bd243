import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Requests, type RunningCluster, startCluster } from '../../server/index.ts';

let cluster: RunningCluster;
/** As a program without a compiler calls them. */
let requests: Record<keyof Requests, (...args: unknown[]) => unknown>;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 0, logLevel: 'error' });
  requests = cluster.requests as unknown as typeof requests;
});
afterAll(() => cluster.stop());

const VERBS = 'get, list, watch, create, update, patch, delete, deletecollection';

const MATCHES: [match: unknown, message: string | RegExp][] = [
  [{ verbs: 'delete' }, /^there is no match\.verbs; there are resource, .*, path; did you mean match\.verb\?$/],
  [{ name: 1 }, 'match.name has to be a text, and is 1'],
  [{ verb: ['delete'] }, 'match.verb has to be a text, and is ["delete"]'],
  ['delete', 'match has to be an object, and is "delete"'],
  [null, 'match has to be an object, and is null'],
  [{ verb: 'remove' }, `there is no verb "remove"; there are ${VERBS}, `],
  [{ verb: 'get,craete' }, /^there is no verb "craete"; .*; did you mean create\?$/],
  [{ verb: 'DELETE' }, /did you mean delete\?$/],
  [{ verb: 'remove*' }, 'there is no verb "remove*"'],
  [{ resource: 'configmap' }, 'no request is for a resource "configmap"; did you mean configmaps?'],
  [{ resource: 'pods,cm' }, 'no request is for a resource "cm"; did you mean configmaps?'],
  [{ resource: 'Pod/exec' }, 'no request is for a resource "Pod/exec"; did you mean pods/exec?'],
  [{ resource: 'deploy.apps' }, 'did you mean deployments.apps?'],
  [{ resource: 'configmaps.core' }, 'did you mean configmaps?'],
  [{ code: '4x' }, 'code has to be a number from 100 to 599 or such as 4xx, and is "4x"; did you mean 4xx?'],
  [{ code: '2xx,notfound' }, 'and is "notfound"'],
  [{ code: 40 }, 'and is "40"'],
  [{ code: 600 }, 'and is "600"'],
  [{ code: 200.5 }, 'and is "200.5"'],
];

it.each(MATCHES)('nothing looks for %j', async (match, message) => {
  expect(() => requests.expectRequest(match)).toThrow(message);
  expect(() => requests.find(match)).toThrow(message);
  expect(() => requests.since(0, match)).toThrow(message);
  await expect(requests.waitFor(match, { timeoutSeconds: 0 })).rejects.toThrow(message);
  await expect(requests.tape(match)).rejects.toThrow(message);
});

it.each([
  { verb: 'get, list' },
  { resource: 'gadgets.shop.example, pods/*, deploy*' },
  { verb: 'head,post,put,options,connect' },
  { verb: 'delete*' },
  { verb: '*' },
  { code: 404 },
  { code: '404, 5XX' },
  { code: '4*' },
  { name: undefined },
])('%j can be looked for', (match) => {
  expect(() => requests.find(match)).not.toThrow();
});

const OPTIONS: [name: 'find' | 'waitFor' | 'tape' | 'replay', options: unknown, message: string][] = [
  ['waitFor', { timeoutMs: 5 }, 'there is no option "timeoutMs"; there are count, since, timeoutSeconds, controllers'],
  ['waitFor', { timeoutSeconds: '5' }, 'timeoutSeconds has to be a number from 0 to 600, and is "5"'],
  ['waitFor', { count: 0 }, 'count has to be a whole number from 1 to '],
  ['waitFor', { since: new Date(0) }, 'since has to be a whole number from 0 to '],
  ['waitFor', { controllers: 'yes' }, 'controllers has to be a boolean, and is "yes"'],
  ['waitFor', 5, 'the options have to be an object, and are 5'],
  [
    'find',
    { sinse: 1 },
    'there is no option "sinse"; there are since, limit, controllers, inFlight; did you mean since?',
  ],
  ['find', { since: '2026-01-01T00:00:00Z' }, 'since has to be a mark or a Date, and is "2026-01-01T00:00:00Z"'],
  ['find', { since: new Date('never') }, 'since has to be a mark or a Date, and is '],
  ['find', { limit: '1' }, 'limit has to be a whole number from 1 to '],
  ['tape', { limt: 1 }, 'did you mean limit?'],
  ['replay', { exakt: true }, 'there is no option "exakt"; there are exact; did you mean exact?'],
];

it.each(OPTIONS)('%s() does not take %j', async (name, options, message) => {
  const first = name === 'replay' ? '' : {};
  await expect((async () => requests[name](first, options))()).rejects.toThrow(message);
});

it('an expectation takes no options but its own', () => {
  const { toHaveBeenMade, notToHaveBeenMade } = cluster.requests.expectRequest({}) as unknown as Record<
    'toHaveBeenMade' | 'notToHaveBeenMade',
    (options: unknown) => void
  >;
  expect(() => toHaveBeenMade({ time: 2 })).toThrow('there is no option "time"; there are times, since');
  expect(() => toHaveBeenMade({ times: '2' })).toThrow('times has to be a whole number from 0 to ');
  expect(() => notToHaveBeenMade({ sicne: 2 })).toThrow('there is no option "sicne"; there are since');
  expect(() => requests.since('5')).toThrow('since has to be a mark or a Date, and is "5"');
  expect(() => {
    (cluster.requests as { level: string }).level = 'all';
  }).toThrow('level has to be one of none, metadata, request, and is "all"');
});
