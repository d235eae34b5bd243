import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Client } from '../../controllers/lib/client.ts';
import { startCluster } from '../../server/index.ts';
import { temporaryDirectory } from '../support/data-directory.ts';
import { killAfter, tsProgram } from '../support/killed-process.ts';

it('a state that was brought back is there after kill -9', async () => {
  const dataDir = await temporaryDirectory();
  await killAfter(tsProgram('test/savepoints/programs/restore-state.ts', dataDir), 1);
  expect(await readFile(join(dataDir, 'cluster.json'), 'utf8')).toContain('"kept"');
  await using cluster = await startCluster({ dataDir, logLevel: 'error' });
  const client = new Client(cluster.transport());
  const names = (await client.list('v1/configmaps', 'default')).map(({ metadata }) => metadata.name);
  expect(names).toEqual(['kept', 'kube-root-ca.crt']);
});
