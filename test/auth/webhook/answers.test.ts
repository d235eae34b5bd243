import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../server/base/clock.ts';
import type { AssemblyOptions } from '../../../server/cluster/assembly.ts';
import type { AuthorizationOptions } from '../../../server/cluster/authorization.ts';
import { at, create, JANE_TOKEN, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { type AccessServer, accessServer, type Verdict } from '../../support/webhooks/access-server.ts';

const PODS = '/api/v1/namespaces/default/pods';
const REVIEWS = '/apis/authorization.k8s.io/v1';

interface Judged extends AsyncDisposable {
  readonly webhook: AccessServer;
  readonly cluster: SecuredCluster;
  readonly clock: SimulatedClock;
}

async function judged(
  verdict: Verdict,
  authorization: AuthorizationOptions = {},
  more: Partial<AssemblyOptions> = {},
): Promise<Judged> {
  const webhook = await accessServer();
  webhook.judge = () => verdict;
  const clock = new SimulatedClock();
  const cluster = await securedCluster(clock, {
    authorization: {
      modes: ['RBAC', 'Webhook'],
      webhookConfigFile: webhook.kubeconfig,
      webhookVersion: 'v1',
      ...authorization,
    },
    ...more,
  });
  return {
    webhook,
    cluster,
    clock,
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await webhook[Symbol.asyncDispose]();
    },
  };
}

const asJane = { token: JANE_TOKEN };
const review = { spec: { resourceAttributes: { namespace: 'default', verb: 'list', resource: 'pods' } } };

describe('what the answer of an authorization webhook means', () => {
  it('lets in whom it allows', async () => {
    await using one = await judged({ allowed: true });
    expect(await one.cluster.ask('GET', PODS, asJane)).toMatchObject({ status: 200 });
  });

  it('tells its reason under its own name when nobody allows', async () => {
    await using one = await judged({ allowed: false, reason: 'not today' });
    expect(at((await one.cluster.ask('GET', PODS, asJane)).body, 'message')).toBe(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default": ' +
        'default: not today',
    );
  });

  it('ends with a denial, whatever others would say, and with its reason alone', async () => {
    await using one = await judged({ denied: true, reason: 'never' }, { modes: ['Webhook', 'AlwaysAllow'] });
    expect(at((await one.cluster.ask('GET', PODS, asJane)).body, 'message')).toMatch(/"default": never$/);
    expect(
      await create(one.cluster, `${REVIEWS}/subjectaccessreviews`, { spec: { ...review.spec, user: 'jane' } }),
    ).toMatchObject({ status: { allowed: false, denied: true, reason: 'never' } });
  });

  it('makes the others decide when the webhook cannot be asked', async () => {
    const authorization = { modes: ['Webhook', 'AlwaysAllow'] as const };
    await using one = await judged({ page: { status: 403, body: 'go away' } }, authorization);
    expect(await one.cluster.ask('GET', PODS, asJane)).toMatchObject({ status: 200 });
  });

  it('is a failure of the server when nobody else allows, in plain text', async () => {
    await using one = await judged({ page: { status: 403, body: 'go <away>' } });
    const answer = await one.cluster.ask('GET', `${PODS}?limit=5`, asJane);
    expect(answer).toMatchObject({
      status: 500,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
      body: `Internal Server Error: "${PODS}?limit=5": go &lt;away&gt;\n`,
    });
  });

  it('is told by access reviews, with what went wrong', async () => {
    await using one = await judged({ page: { status: 403, body: 'go away' } }, { modes: ['Webhook'] });
    const asked = { spec: { ...review.spec, user: 'jane' } };
    const { status } = (await create(one.cluster, `${REVIEWS}/subjectaccessreviews`, asked)) as { status: object };
    expect(status).toEqual({ allowed: false, evaluationError: 'go away' });
  });

  it('leaves a list of rules incomplete', async () => {
    await using one = await judged({ allowed: true });
    const { body } = await one.cluster.ask('POST', `${REVIEWS}/selfsubjectrulesreviews`, {
      ...asJane,
      body: { spec: { namespace: 'default' } },
    });
    expect(at(body, 'status')).toMatchObject({
      incomplete: true,
      evaluationError: 'webhook authorizer does not support user rule resolution',
    });
  });

  it.each([
    ['allowed', true, 300_000],
    ['not allowed', false, 30_000],
  ])('is good for a while when it is %s, by the clock of the cluster', async (_name, allowed, ttlMs) => {
    await using one = await judged({ allowed });
    const asks = async (): Promise<number> => {
      await one.cluster.ask('GET', PODS, asJane);
      return one.webhook.received.length;
    };
    expect(await asks()).toBe(1);
    await one.clock.advance(ttlMs - 1);
    expect(await asks()).toBe(1);
    await one.clock.advance(1);
    expect(await asks()).toBe(2);
  });

  it('is not kept when the flags say so, nor when it is about very long names', async () => {
    await using one = await judged({ allowed: true }, { webhookCacheAuthorizedTtlMs: 0 });
    for (let times = 0; times < 2; times++) await one.cluster.ask('GET', PODS, asJane);
    expect(one.webhook.received).toHaveLength(2);
    await using other = await judged({ allowed: true });
    for (let times = 0; times < 2; times++) await other.cluster.ask('GET', `${PODS}/${'x'.repeat(10_000)}`, asJane);
    expect(other.webhook.received).toHaveLength(2);
  });

  it('is asked for up to five times while the webhook is in trouble, with longer and longer pauses', async () => {
    const pausesMs: number[] = [];
    const realClock: Clock = {
      now: () => 0,
      schedule(delayMs, run) {
        pausesMs.push(delayMs);
        queueMicrotask(run);
        return () => undefined;
      },
    };
    await using one = await judged({ page: { status: 500, body: 'later' } }, {}, { realClock });
    const { body } = await one.cluster.ask('GET', PODS, asJane);
    expect(body).toContain(': an error on the server ("later") has prevented the request');
    expect([one.webhook.received.length, pausesMs]).toEqual([5, [500, 750, 1125, 1687.5]]);
  });
});
