import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { ask } from '../support/ask.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster({ insecureAdmin: true });
});
beforeEach(() => shop.cluster.requests.clear());
afterAll(() => shop[Symbol.asyncDispose]());

interface Event {
  readonly verb: string;
  readonly stage: string;
  readonly level: string;
  readonly requestURI: string;
  readonly user: { readonly username?: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: Readonly<Record<string, string>>;
  readonly responseStatus?: { readonly code: number; readonly message?: string };
  readonly annotations: Readonly<Record<string, string>>;
}

async function requests(query = ''): Promise<{ items: Event[]; mark: number }> {
  const { status, text } = await shop.admin('GET', `/-/requests${query}`);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text) as { items: Event[]; mark: number };
}

const verbs = async (query = ''): Promise<string[]> => (await requests(query)).items.map(({ verb }) => verb);
const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string): object => ({ metadata: { name } });

it('tells of a request as the audit log does', async () => {
  await shop.admin('POST', `${MAPS}?fieldManager=me`, map('a'));
  const [event] = (await requests('?verb=create')).items;
  expect(event).toMatchObject({
    level: 'Metadata',
    stage: 'ResponseComplete',
    requestURI: `${MAPS}?fieldManager=me`,
    verb: 'create',
    user: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
    sourceIPs: ['127.0.0.1'],
    objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  });
  expect(event).not.toHaveProperty('requestObject');
});

it('tells of those that nobody may send, and of those that nobody has let in', async () => {
  await ask(`${shop.cluster.url}/api/v1/secrets`, { headers: { authorization: 'Bearer nonsense' } });
  await shop.anyone('/api/v1/secrets');
  const { items } = await requests('?resource=secrets&code=4xx');
  expect(items.map(({ user, responseStatus }) => [responseStatus?.code, user.username])).toEqual([
    [401, undefined],
    [403, 'system:anonymous'],
  ]);
  expect(items[1]?.responseStatus?.message).toContain('cannot list resource "secrets"');
});

it('finds them by object, verb, user, user agent, code and test id', async () => {
  const headers = { 'user-agent': 'tool/1.2', 'x-test-id': 'first' };
  const http = shop.cluster.url;
  await ask(`${http}${MAPS}/nope`, { headers });
  await ask(`${http}/version`, { headers: { 'fauxkube-test-id': 'second' } });
  await shop.admin('POST', MAPS, map('found'));
  await shop.admin('GET', `${MAPS}/found`);
  for (const [query, found] of [
    ['?userAgent=tool*', ['get']],
    ['?testId=first', ['get']],
    ['?testId=second', ['get']],
    ['?resource=configmaps&name=found', ['create', 'get']],
    ['?resource=configmaps&namespace=kube-system', []],
    ['?verb=create,update', ['create']],
    ['?user=kubernetes-*', ['create', 'get']],
    ['?user=system:anonymous', ['get', 'get']],
    ['?code=403', ['get']],
    ['?code=2xx&path=/version', ['get']],
    ['?resource=configmaps&limit=1', ['get']],
  ] as const)
    expect([query, await verbs(query)]).toEqual([query, found]);
});

it('says as whom somebody acts', async () => {
  const { ca, cert, key } = (await import('../support/ask.ts')).readKubeconfig(shop.cluster.kubeconfig());
  const headers = { 'impersonate-user': 'jane' };
  await ask(`${shop.cluster.url}${MAPS}`, { headers, credentials: { ca, cert, key } });
  const [event] = (await requests('?user=jane')).items;
  expect([event?.user.username, event?.impersonatedUser?.username]).toEqual(['kubernetes-admin', 'jane']);
});

it('counts on after a mark, a time, and a reset', async () => {
  await shop.admin('GET', MAPS);
  const { mark } = await requests();
  await shop.admin('DELETE', '/-/requests');
  expect(await requests()).toEqual({ items: [], mark });
  await shop.admin('GET', `${MAPS}/later`);
  const { items, mark: later } = await requests(`?since=${mark}`);
  expect([items.length, later]).toEqual([1, mark + 1]);
  expect(await verbs(`?since=${later}`)).toEqual([]);
  expect(await verbs('?since=2020-01-01T00:00:00Z')).toEqual(['get']);
  expect(await verbs('?since=2200-01-01T00:00:00Z')).toEqual([]);
  await shop.cluster.reset();
  expect((await requests()).items).toEqual([]);
  expect((await requests()).mark).toBeGreaterThanOrEqual(later);
});

it('keeps requests of controllers apart', async () => {
  await shop.cluster.apply('{apiVersion: v1, kind: Namespace, metadata: {name: fresh}}');
  await shop.cluster.settle();
  const users = async (query: string): Promise<unknown[]> =>
    (await requests(query)).items.map(({ user }) => user.username);
  expect(new Set(await users('?name=fresh&verb=create'))).toEqual(new Set(['kubernetes-admin']));
  expect(await users('?namespace=fresh&verb=create&controllers=true')).toContain(
    'system:serviceaccount:kube-system:service-account-controller',
  );
});

it('does not tell of what is asked below /-/', async () => {
  await shop.admin('GET', '/-/controllers');
  expect((await requests()).items).toEqual([]);
});

it.each([
  ['?nam=a', 'there is no parameter "nam"; there are resource, '],
  ['?since=yesterday', 'since has to be a mark or a time'],
  ['?limit=0', 'limit has to be a whole number from 1 to '],
])('refuses %s', async (query, message) => {
  const { status, text } = await shop.admin('GET', `/-/requests${query}`);
  expect([status, text]).toEqual([400, expect.stringContaining(JSON.stringify(message).slice(1, -1))]);
});
