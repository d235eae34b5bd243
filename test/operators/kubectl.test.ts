/** The way users install them: with kubectl. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openShop } from '../support/kubectl.ts';
import { definitionsOf, folderOf } from './manifests.ts';
import { gatewayApi } from './objects/gateway-api.ts';
import { prometheusOperator } from './objects/prometheus.ts';

test('kubectl applies a kustomization of the Gateway API, explains its kinds and shows their objects', async () => {
  await using shop = await openShop({ port: 0 });
  const folder = folderOf(gatewayApi);
  const applied = await shop.kubectl('apply', '-k', join(folder, 'config/crd'));
  expect(applied.match(/^customresourcedefinition\S+ created$/gm)).toHaveLength(definitionsOf(gatewayApi).length);
  expect(await shop.kubectl('apply', '-k', join(folder, 'config/crd'))).not.toMatch(/created|definition\S+ configured/);

  const waited = await shop.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=5s');
  expect(waited).toContain('httproutes.gateway.networking.k8s.io condition met');
  const explained = await shop.kubectl('explain', 'httproute.spec.rules.matches.path.type');
  expect(explained).toMatch(
    /KIND: +HTTPRoute\nVERSION: +v1\n[\s\S]*FIELD: type <string>\nENUM:\n +Exact\n +PathPrefix\n/,
  );

  const example = join(folder, 'examples/standard/basic-http.yaml');
  expect(await shop.kubectl('apply', '-f', example)).toContain(
    'httproute.gateway.networking.k8s.io/http-app-1 created',
  );
  expect(await shop.kubectl('get', 'httproutes')).toMatch(/^NAME +HOSTNAMES +AGE\nhttp-app-1 +\["foo.com"\]/);
  expect(await shop.kubectl('get', 'gatewayclass,gtw')).toMatch(/CONTROLLER +ACCEPTED[\s\S]*PROGRAMMED/);
});

test('the policy that the Gateway API brings along refuses its experimental channel', async () => {
  await using shop = await openShop({ port: 0 });
  const folder = join(folderOf(gatewayApi), 'config/crd');
  await shop.kubectl('apply', '-k', folder);
  const file = join(folder, 'experimental/gateway.networking.k8s.io_httproutes.yaml');
  const { stderr } = await shop.fails('apply', '--server-side', '--force-conflicts', '-f', file);
  const name = 'safe-upgrades.gateway.networking.k8s.io';
  expect(stderr).toContain(`ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: Installing exp`);
});

test('definitions that are too large for the annotation of kubectl apply are applied by the server', async () => {
  await using shop = await openShop({ port: 0 });
  const folder = join(folderOf(prometheusOperator), 'example/prometheus-operator-crd');
  const file = join(folder, 'monitoring.coreos.com_prometheuses.yaml');
  const { stderr } = await shop.fails('apply', '-f', file);
  expect(stderr).toContain('metadata.annotations: Too long: may not be more than 262144 bytes');
  expect(await shop.kubectl('apply', '--server-side', '-f', folder)).toContain(
    'prometheuses.monitoring.coreos.com serverside-applied',
  );
  const { code } = await shop.run(['diff', '--server-side', '-f', folder]);
  expect(code).toBe(0);
});
