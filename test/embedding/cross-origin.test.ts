import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';

const ORIGIN = 'http://localhost:5173';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ httpPort: 0, corsOrigins: [ORIGIN] });
});
afterAll(() => cluster.stop());

const ask = (method: string, origin?: string): Promise<Response> =>
  fetch(`${cluster.httpUrl}/version`, { method, headers: { ...(origin && { origin }) } });

it('answers what a browser asks before it sends a request', async () => {
  const { status, headers } = await ask('OPTIONS', ORIGIN);
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(headers.get('access-control-allow-methods')).toBe('POST, GET, OPTIONS, PUT, DELETE, PATCH');
  expect(headers.get('access-control-allow-headers')).toContain('Authorization');
});

it('lets programs of that origin read answers', async () => {
  const { headers } = await ask('GET', ORIGIN);
  expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(headers.get('access-control-allow-credentials')).toBe('true');
  expect(headers.get('access-control-expose-headers')).toBe('Date');
});

it.each([undefined, 'http://localhost:5174', 'https://localhost:5173', 'null'])(
  'tells nothing to origin %s',
  async (origin) => {
    expect((await ask('GET', origin)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await ask('OPTIONS', origin)).status).toBe(403);
  },
);
