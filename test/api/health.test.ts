import { expect, test } from 'vitest';
import { golden } from '../support/golden.ts';
import { plainServer } from '../support/plain-server.ts';

interface Case {
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly sniff?: string;
  readonly body: string;
}

test('health checks answer as those of the real server', async () => {
  await using server = await plainServer();
  for (const { path, ...recorded } of golden<Case>('health.json')) {
    const { status, headers, body } = await server.ask('GET', path);
    const found = {
      status,
      type: headers['content-type'],
      sniff: headers['x-content-type-options'],
      body: body.toString(),
    };
    expect(found, path).toEqual({ sniff: undefined, ...recorded });
  }
});

test('a check that fails makes the cluster unready, but not dead', async () => {
  await using server = await plainServer();
  const name = 'poststarthook/rbac/bootstrap-roles';
  server.cluster.health.set(name, false);
  const ready = await server.ask('GET', '/readyz');
  expect(ready.status).toBe(500);
  expect(ready.body.toString()).toContain(`\n[-]${name} failed: reason withheld\n`);
  expect(ready.body.toString()).toMatch(/\nreadyz check failed\n$/);
  expect((await server.ask('GET', `/readyz?exclude=${name}`)).status).toBe(200);
  expect((await server.ask('GET', `/readyz/${name}`)).status).toBe(500);
  expect((await server.ask('GET', '/livez')).status).toBe(200);
});
