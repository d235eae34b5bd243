import { expect, it } from 'vitest';
import { INSIDE_ONLY } from '../../../controllers/index.ts';
import { startCluster, startControllers } from '../../../server/index.ts';
import { readKubeconfig } from '../../support/ask.ts';

it('knows which controllers run in the process of the server only, and may leave those out elsewhere', async () => {
  await using cluster = await startCluster({ nodes: 0, controllers: ['-*'] });
  const { server: url, ca: caCertificate, cert, key } = readKubeconfig(cluster.kubeconfig());
  await using outside = await startControllers({
    server: { url, caCertificate, clientCertificate: { cert, key } },
    only: ['*', 'kubelet', '-serviceaccount-token', 'bootstrap-signer', 'token-cleaner'],
    logLevel: 'silent',
  });
  const names = cluster.controllers().map(({ name }) => name);
  expect(names.filter((name) => !outside.names.includes(name))).toEqual(Object.keys(INSIDE_ONLY));
});
