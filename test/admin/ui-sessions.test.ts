import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UiSessions } from '../../server/admin/ui-sessions.ts';
import { seededRandom } from '../../server/base/random.ts';
import { finish, open } from '../support/ask.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { type AdminCluster, adminCluster } from './support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

const host = (): string => new URL(shop.cluster.url).host;
const token = async (): Promise<string> =>
  (JSON.parse((await shop.admin('POST', '/-/ui/sessions')).text) as { token: string }).token;

/** Opens the page as a browser does. */
async function opened(query: string): Promise<{ status: number; location: string; cookies: string[] }> {
  const answer = await open(`${shop.cluster.url}/-/ui/${query}`);
  await finish(answer);
  const { location = '', 'set-cookie': cookies = [] } = answer.headers;
  return { status: answer.statusCode ?? 0, location, cookies };
}

async function session(): Promise<string> {
  const { cookies } = await opened(`?token=${await token()}`);
  return cookies[0]?.split(';')[0] ?? '';
}

/** What a browser sends for a program of the page itself. */
const ownPage = (): Record<string, string> => ({
  'sec-fetch-site': 'same-origin',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
});

async function status(method: string, path: string, headers: Record<string, string>): Promise<number> {
  const body = method !== 'POST' ? '' : '{"metadata": {"name": "made-by-page"}}';
  const json = { 'content-type': 'application/json' };
  return (await shop.anyone(path, { method, headers: { ...json, ...headers }, body })).status;
}

const MAPS = '/api/v1/namespaces/default/configmaps';

describe('a token', () => {
  it('is exchanged for a cookie that programs of pages cannot read, once', async () => {
    const query = `?token=${await token()}`;
    const { status: first, location, cookies } = await opened(query);
    expect([first, location]).toEqual([303, './']);
    expect(cookies).toEqual([
      expect.stringMatching(/^fauxkube-ui-\w+=\w{40}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/),
    ]);
    expect(await opened(query)).toEqual({ status: 303, location: './#/spent', cookies: [] });
  });

  it('is made for administrators only', async () => {
    expect((await shop.anyone('/-/ui/sessions', { method: 'POST' })).status).toBe(403);
  });

  it('of another cluster lets nobody in', async () => {
    await shop.admin('POST', '/-/clusters', { name: 'ci-7' });
    const { text } = await shop.admin('POST', '/-/ui/sessions', { cluster: 'ci-7' });
    const { path } = JSON.parse(text) as { path: string };
    expect(path).toMatch(/^\/clusters\/ci-7\/-\/ui\/\?token=/);
    expect((await opened(path.slice(path.indexOf('?')))).cookies).toEqual([]);
    const answer = await open(shop.cluster.url + path);
    await finish(answer);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toContain('; Path=/clusters/ci-7/;');
    const headers = { ...ownPage(), cookie: cookie.split(';')[0] ?? '' };
    expect(await status('GET', '/clusters/ci-7/api/v1/secrets', headers)).toBe(200);
    expect(await status('GET', '/api/v1/secrets', headers)).toBe(403);
    expect((await shop.admin('POST', '/-/ui/sessions', { cluster: 'nobody' })).status).toBe(404);
  });

  it('and a session are over after a while', async () => {
    const clock = new SimulatedClock();
    const sessions = new UiSessions({ clock, random: seededRandom(1), user: { name: 'a', groups: [] } });
    const { token: late } = sessions.issue();
    const { token: soon } = sessions.issue();
    await clock.advance(5 * 60 * 1000 - 1);
    expect(sessions.use(soon)).toBe(true);
    await clock.advance(1);
    expect(sessions.use(late)).toBe(false);
    const [cookie = ''] = sessions.begin({ header: () => undefined }).split(';');
    const headers: Record<string, string> = { cookie, 'sec-fetch-site': 'same-origin' };
    const request = {
      method: 'GET',
      path: '/api',
      peer: { address: '127.0.0.1' },
      warnings: [],
      header: (name: string) => headers[name],
      headersWith: () => [],
    };
    await clock.advance(12 * 60 * 60 * 1000 - 1);
    expect(sessions.userOf(request)).toEqual({ name: 'a', groups: [] });
    await clock.advance(1);
    expect(sessions.userOf(request)).toBeUndefined();
  });
});

describe('a session counts', () => {
  it('for reading, and for writing with the header of the page', async () => {
    const cookie = await session();
    expect(await status('GET', '/-/clock', { cookie, ...ownPage() })).toBe(200);
    expect(await status('GET', MAPS, { cookie, ...ownPage() })).toBe(200);
    expect(await status('POST', MAPS, { cookie, ...ownPage(), origin: shop.cluster.url })).toBe(403);
    const asPage = { cookie, ...ownPage(), origin: shop.cluster.url, 'x-fauxkube-ui': '1' };
    expect(await status('POST', MAPS, asPage)).toBe(201);
    expect(await status('DELETE', `${MAPS}/made-by-page`, asPage)).toBe(200);
  });

  it('until somebody signs out', async () => {
    const headers = { cookie: await session(), ...ownPage(), 'x-fauxkube-ui': '1' };
    expect(await status('DELETE', '/-/ui/session', headers)).toBe(200);
    expect(await status('GET', MAPS, headers)).toBe(403);
  });
});

describe('a session does not count', () => {
  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:3000' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['a page that is opened, such as one that a pod answers', { 'sec-fetch-dest': 'document' }],
    ['a frame', { 'sec-fetch-dest': 'iframe' }],
    ['a navigation', { 'sec-fetch-mode': 'navigate' }],
  ])('for %s', async (_from, headers: Record<string, string>) => {
    const asPage = { cookie: await session(), ...ownPage(), 'x-fauxkube-ui': '1', ...headers };
    expect(await status('GET', MAPS, asPage)).toBe(403);
    expect(await status('GET', '/-/kubeconfig', asPage)).toBe(403);
    expect(await status('POST', MAPS, asPage)).toBe(403);
  });

  it('for a client that tells nothing of where it comes from', async () => {
    expect(await status('GET', MAPS, { cookie: await session() })).toBe(403);
  });

  it('with a secret that somebody made up', async () => {
    const cookie = (await session()).replace(/=.*/, '=made-up');
    expect(await status('GET', MAPS, { cookie, ...ownPage(), origin: shop.cluster.url })).toBe(403);
  });
});

describe('the files of the page', () => {
  it('are for everybody, run nothing but themselves, and are not sent twice', async () => {
    const answer = await open(`${shop.cluster.url}/-/ui/`);
    const { text } = await finish(answer);
    if (answer.statusCode === 503) return expect(text).toContain('npm run build');
    expect(text).toContain('<title>fauxkube</title>');
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    const headers = { 'if-none-match': answer.headers.etag ?? '' };
    expect((await shop.anyone('/-/ui/', { headers })).status).toBe(304);
    for (const path of ['/-/ui/nothing.js', '/-/ui/../kubeconfig', '/-/ui/%2e%2e/kubeconfig', '/-/ui/constructor'])
      expect([path, (await shop.anyone(path)).status]).toEqual([path, 403]);
  });

  it('are found without the last slash', async () => {
    const answer = await open(`https://${host()}/-/ui`);
    await finish(answer);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, 'ui/']);
  });
});

describe('--insecure-admin', () => {
  it('lets browsers on this machine in, and nobody who was led here from elsewhere', async () => {
    await using open_ = await adminCluster({ insecureAdmin: true });
    const cookieFor = async (headers: Record<string, string>): Promise<string | undefined> => {
      const answer = await open(`${open_.cluster.url}/-/ui/`, {
        headers: { 'sec-fetch-dest': 'document', ...headers },
      });
      await finish(answer);
      return answer.headers['set-cookie']?.[0];
    };
    const cookie = await cookieFor({ 'sec-fetch-site': 'none' });
    const headers = { ...ownPage(), cookie: cookie?.split(';')[0] ?? '' };
    if (cookie === undefined) throw new Error('there is no cookie');
    expect((await open_.anyone('/api/v1/secrets', { headers })).status).toBe(200);
    expect(await cookieFor({ host: 'evil.example' })).toBeUndefined();
    expect(await cookieFor({ 'x-forwarded-for': '192.0.2.1' })).toBeUndefined();
  });
});
