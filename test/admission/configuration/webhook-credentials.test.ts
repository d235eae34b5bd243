import { expect, test } from 'vitest';
import { credentialsFor, hostAndPort } from '../../../server/admission/webhooks/credentials.ts';
import { create } from '../../support/secured-cluster.ts';
import { webhookServer } from '../../support/webhooks/webhook-server.ts';
import { CONFIG_MAPS, hook, register } from '../webhooks/support.ts';
import { configuration, configured, folder } from './support.ts';

test('the server shows webhooks what the kubeconfig of their plugin has for them', async () => {
  await using server = await webhookServer([{}, {}]);
  using files = folder();
  const users = [
    { name: `127.0.0.1:${server.port}`, user: { token: 'for-hooks' } },
    { name: '*', user: { token: 'for-others' } },
  ];
  const kubeConfigFile = files.write('kubeconfig', { apiVersion: 'v1', kind: 'Config', users });
  const plugin = {
    name: 'ValidatingAdmissionWebhook',
    configuration: {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'WebhookAdmissionConfiguration',
      kubeConfigFile,
    },
  };
  await using cluster = await configured(configuration(plugin));
  await register(cluster, 'validating', 'checks', [hook(server, 0)]);
  await register(cluster, 'mutating', 'changes', [hook(server, 1)]);
  await create(cluster, CONFIG_MAPS, { metadata: { name: 'a' } });
  const shown = server.received.map(({ path, headers }) => [path.slice(0, 2), headers.authorization]);
  expect(shown).toEqual([
    ['/1', undefined],
    ['/0', 'Bearer for-hooks'],
  ]);
});

const named = (name: string): { headers: () => Record<string, string> } => ({ headers: () => ({ name }) });

test.each([
  ['https://hooks.example.com:8443/x', ['hooks.example.com:8443', '*.example.com:8443', '*'], 'hooks.example.com:8443'],
  ['https://hooks.example.com:8443/x', ['hooks.example.com', '*.example.com:8443', '*'], '*.example.com:8443'],
  ['https://hooks.example.com/x', ['hooks.example.com', '*'], 'hooks.example.com'],
  ['https://a.b.svc:443', ['*.svc', '*'], '*.svc'],
  ['https://a.b.svc:8443', ['*.svc'], 'current'],
])('%s among %j is %s', (url, names, wanted) => {
  const users = new Map(names.map((name) => [name, named(name)]));
  const found = credentialsFor({ users, current: named('current') }, hostAndPort(url));
  expect(found?.headers()).toEqual({ name: wanted });
});
