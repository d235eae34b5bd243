import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultyCluster, faultyCluster } from './support.ts';

let shop: FaultyCluster;
beforeAll(async () => {
  shop = await faultyCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

const messageOf = (text: string): string => (JSON.parse(text) as { message: string }).message;

describe('a rule that is none', () => {
  it.each<[rule: object, message: string]>([
    [{}, 'rule does nothing: it needs one of delay, stale, code, status, throttle, conflict'],
    [{ tiems: 2, code: 503 }, 'rule has no field "tiems": did you mean "times"?'],
    [{ cod: 503 }, 'rule has no field "cod": did you mean "code"?'],
    [{ code: '503' }, 'rule.code has to be a whole number from 400 to 599, not "503"'],
    [{ status: '503' }, 'rule.status has to be a whole number from 400 to 599, or an object with fields such as code'],
    [{ code: 200 }, 'rule.code has to be a whole number from 400 to 599, not 200'],
    [{ status: { message: 'no' } }, 'rule.status.code is missing: 400 to 599'],
    [{ status: { code: 500, details: [] } }, 'rule.status.details has to be an object'],
    [{ code: 503, conflict: true }, 'rule.conflict cannot stand beside rule.code'],
    [{ code: 503, reset: 'after' }, 'rule.reset cannot stand beside rule.code'],
    [{ code: 503, watch: { drop: true } }, 'rule.code cannot stand beside rule.watch'],
    [{ code: 503, times: 0 }, 'rule.times has to be a whole number from 1 to'],
    [{ code: 503, after: -1 }, 'rule.after has to be a whole number from 0 to'],
    [{ code: 503, probability: 2 }, 'rule.probability has to be a number from 0 to 1, not 2'],
    [
      { code: 503, expires: '3' },
      'rule.expires has to be a duration such as "200ms", "30s" or "1h": time: missing unit',
    ],
    [{ code: 503, expires: '0s' }, 'not "0s": that would be over at once'],
    [{ conflict: true, match: { verbs: ['create'] } }, 'rule.conflict is about update and patch: rule.match.verbs'],
    [{ stale: 1, match: { verbs: ['watch', 'update'] } }, 'rule.stale is about get and list: rule.match.verbs'],
    [{ watch: { drop: true }, match: { verbs: ['list'] } }, 'rule.watch is about watch: rule.match.verbs would never'],
    [{ code: 503, expires: '-3s' }, 'not "-3s", which is negative'],
    [{ code: 503, name: 'No Name' }, 'rule.name has to be up to 63 small letters'],
    [{ code: 503, scope: 'connection' }, 'rule.scope says something only beside reset, truncate and watch.cut'],
    [{ code: 503, match: [] }, 'rule.match has to be an object'],
    [{ code: 503, match: { verb: ['get'] } }, 'rule.match has no field "verb": did you mean "verbs"?'],
    [{ code: 503, match: { verbs: 'get' } }, 'rule.match.verbs has to be a list'],
    [{ code: 503, match: { verbs: ['get', 'lst'] } }, 'rule.match.verbs[1] cannot be "lst": did you mean "list"?'],
    [{ code: 503, match: { resource: 'pod' } }, 'rule.match.resource cannot be "pod": did you mean "pods"?'],
    [{ code: 503, match: { resource: 'deploy' } }, 'did you mean "deployments"?'],
    [{ code: 503, match: { resource: 'Pods' } }, 'it has to be like pods, pods/status or deployments.apps'],
    [{ code: 503, match: { resource: 'a.b', group: 'c' } }, 'rule.match.group must be left out'],
    [{ code: 503, match: { name: '' } }, 'rule.match.name must not be empty: leave it out, or write *'],
    [{ code: 503, match: { headers: { 'a b': 'c' } } }, 'rule.match.headers has "a b", which is no name of a header'],
    [{ code: 503, match: { headers: { a: 1 } } }, 'rule.match.headers.a has to be a text, not 1'],
    [{ delay: 200 }, 'rule.delay has to be a duration such as "200ms", or an object with fields such as for'],
    [{ delay: '2d' }, 'rule.delay.for has to be a duration'],
    [{ delay: '2h' }, 'and no longer than 3600s'],
    [{ delay: { min: '1s' } }, 'rule.delay has to have "for", or "min" and "max", or "p50" and "p99"'],
    [{ delay: { min: '2s', max: '1s' } }, 'rule.delay.max must not be shorter than rule.delay.min'],
    [{ delay: { for: '1s', clock: 'wall' } }, 'rule.delay.clock cannot be "wall": it may be one of real, cluster'],
    [{ throttle: false }, 'rule.throttle has to be true, or an object with fields such as retryAfterSeconds, as, not'],
    [{ conflict: false }, 'rule.conflict has to be true, or left out, not false'],
    [{ stale: 0 }, 'rule.stale has to be a whole number from 1 to'],
    [{ stale: 1, conflict: true }, 'rule.stale cannot stand beside rule.conflict'],
    [{ reset: 'during' }, 'rule.reset cannot be "during": it may be one of before, after'],
    [{ truncate: false }, 'rule.truncate has to be true, or a number of bytes, not false'],
    [{ truncate: -1 }, 'rule.truncate has to be a whole number'],
    [{ watch: {} }, 'rule.watch has to have exactly one of hold, drop, duplicate, cut, close, expire'],
    [{ watch: { drop: true, cut: true } }, 'rule.watch has to have exactly one of'],
    [{ watch: { drop: true, types: ['ADDD'] } }, 'rule.watch.types[0] cannot be "ADDD": did you mean "ADDED"?'],
    [{ watch: { close: true, types: ['ADDED'] } }, 'rule.watch.types cannot stand beside rule.watch.close'],
    [{ watch: { drop: true }, scope: 'connection' }, 'rule.scope says something only beside'],
    [{ certificate: 'expired', times: 1 }, 'rule.times cannot stand beside rule.certificate'],
    [{ node: 'node01' }, 'rule.state has to be "lost" beside rule.node'],
    [{ node: 'node1', state: 'lost' }, 'rule.node: there is no simulated node "node1": did you mean "node01"?'],
    [
      { controller: 'deploymnt', state: 'off' },
      'there is no controller "deploymnt": did you mean "deployment-controller"?',
    ],
    [{ node: 'node01', state: 'lost', namespace: 'a' }, 'rule.namespace cannot stand beside rule.node'],
  ])('is refused and changes nothing: %j', async (rule, message) => {
    const { status, text } = await shop.admin('POST', '/-/faults', rule);
    expect([status, messageOf(text)]).toEqual([400, expect.stringContaining(message)]);
    expect(await shop.reports()).toEqual([]);
  });

  it('throws where it is embedded', () => {
    expect(() => shop.cluster.faults.add({ code: 1 })).toThrow('rule.code has to be');
  });
});

it('refuses a name that is taken, and ids that there are not', async () => {
  await shop.fault({ name: 'busy', throttle: true });
  const again = await shop.admin('POST', '/-/faults', { name: 'busy', throttle: true });
  expect([again.status, messageOf(again.text)]).toEqual([409, 'there is a fault "busy" already']);
  for (const method of ['GET', 'DELETE']) {
    const { status, text } = await shop.admin(method, '/-/faults/bussy');
    expect([status, messageOf(text)]).toEqual([404, 'there is no fault "bussy"; did you mean "busy"?']);
  }
  expect(JSON.parse((await shop.admin('GET', '/-/faults/busy')).text)).toMatchObject({ id: 'busy', fired: 0 });
  expect((await shop.admin('DELETE', '/-/faults/busy')).status).toBe(200);
  expect(await shop.reports()).toEqual([]);
});
