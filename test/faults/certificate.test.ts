import { expect, it } from 'vitest';
import { ask, readKubeconfig } from '../support/ask.ts';
import { faultyCluster } from './support.ts';

it('shows new connections an expired certificate until the rule is removed', async () => {
  await using shop = await faultyCluster();
  using early = shop.http2();
  expect(await early.ask('GET', '/version')).toMatchObject({ status: 200 });
  const rule = await shop.fault({ certificate: 'expired' });
  await expect(shop.admin('GET', '/version')).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  using late = shop.http2();
  const refused = new Promise((resolve) => late.session.once('error', resolve));
  expect(await refused).toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  // Whoever is connected notices nothing, and nor does a client that does not look.
  expect(await early.ask('GET', '/version')).toMatchObject({ status: 200 });
  expect((await ask(`${shop.cluster.url}/version`)).status).toBe(200);
  expect(await early.ask('DELETE', `/-/faults/${rule.id}`)).toMatchObject({ status: 200 });
  expect((await shop.admin('GET', '/version')).status).toBe(200);
});

it('still asks clients for their certificates, and lasts as long as one of two rules', async () => {
  await using shop = await faultyCluster();
  const end = shop.cluster.faults.add({ certificate: 'expired' });
  const again = shop.cluster.faults.add({ certificate: 'expired' });
  end();
  end();
  await expect(shop.admin('GET', '/version')).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  again();
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  expect((await ask(`${shop.cluster.url}/-/controllers`, { credentials })).status).toBe(200);
});
