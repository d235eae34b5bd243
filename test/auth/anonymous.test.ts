import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AuthenticationOptions } from '../../server/cluster/authenticators.ts';
import { securedCluster } from '../support/secured-cluster.ts';

/** How requests without credentials are answered. */
async function statuses(authentication: AuthenticationOptions): Promise<number[]> {
  await using cluster = await securedCluster(undefined, { authentication });
  const paths = ['/livez', '/readyz', '/version'];
  // Without the await the cluster would end before it has answered.
  return await Promise.all(paths.map(async (path) => (await cluster.ask('GET', path, { token: '' })).status));
}

function configuration(anonymous: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-anonymous-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'auth.yaml');
  const head = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' };
  writeFileSync(file, JSON.stringify({ ...head, anonymous }));
  return file;
}

test('requests without credentials are served, unless --anonymous-auth=false', async () => {
  expect(await statuses({})).toEqual([200, 200, 200]);
  expect(await statuses({ anonymousAuth: false })).toEqual([401, 401, 401]);
});

test('a configuration file says the same, or lets them in for some paths only', async () => {
  const conditions = [{ path: '/livez' }, { path: '/version' }];
  expect(await statuses({ authenticationConfig: configuration({ enabled: false }) })).toEqual([401, 401, 401]);
  expect(await statuses({ authenticationConfig: configuration({ enabled: true, conditions }) })).toEqual([
    200, 401, 200,
  ]);
});

test('the flag and the file cannot both say it', async () => {
  const authenticationConfig = configuration({ enabled: true });
  await expect(statuses({ authenticationConfig, anonymousAuth: true })).rejects.toThrow(
    '--anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file',
  );
});
