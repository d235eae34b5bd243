import { expect, test } from 'vitest';
import { securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { configuration, folder } from './support.ts';

async function fault(file: object, enable: string[] = []): Promise<string> {
  using files = folder();
  const admissionConfigFile = files.write('admission.yaml', file);
  const options = { admissionConfigFile, admissionPlugins: { enable, disable: [] } };
  const starting = securedCluster(new SimulatedClock(), options);
  const message = await starting.then(
    async (cluster) => {
      await cluster[Symbol.asyncDispose]();
      return 'it starts';
    },
    (error: Error) => error.message,
  );
  return message.replaceAll(`${files.path}/`, '');
}

const limits = (...items: object[]): object => ({
  name: 'EventRateLimit',
  configuration: { apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1', kind: 'Configuration', limits: items },
});

test.each<[string, object, string[], string]>([
  ['another kind', { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'Other' }, [], 'admission.yaml:2: kind: '],
  ['an unknown field', { ...configuration(), plugin: [] }, [], 'admission.yaml:4: plugin: unknown field'],
  ['a plugin that does not run', configuration(limits()), [], 'it starts'],
  [
    'no limits',
    configuration(limits()),
    ['EventRateLimit'],
    `couldn't init admission plugin "EventRateLimit": admission.yaml:8: plugins[0].configuration.limits: ` +
      'Invalid value: null: must not be empty',
  ],
  [
    'limits that make no sense',
    configuration(limits({ type: 'Moon', qps: 0, burst: 1 })),
    ['EventRateLimit'],
    `couldn't init admission plugin "EventRateLimit": admission.yaml:9: plugins[0].configuration.limits[0].type: ` +
      'Unsupported value: "Moon": supported values: "Namespace", "Server", "SourceAndObject", "User"\n' +
      'admission.yaml:10: plugins[0].configuration.limits[0].qps: Invalid value: 0: must be positive',
  ],
  [
    'nobody to ask',
    configuration(),
    ['ImagePolicyWebhook'],
    `couldn't init admission plugin "ImagePolicyWebhook": no config specified`,
  ],
  [
    'an answer that is good for too long',
    { imagePolicy: { allowTTL: 3600 } },
    ['ImagePolicyWebhook'],
    `couldn't init admission plugin "ImagePolicyWebhook": valid value is between 1s and 30m0s, got 1h0m0s`,
  ],
])('%s', async (_name, file, enable, message) => {
  expect(await fault(file, enable)).toContain(message);
});

test('a plugin has a file of its own, named from where the first one lies', async () => {
  using files = folder();
  files.write('security.yaml', {
    apiVersion: 'pod-security.admission.config.k8s.io/v1',
    kind: 'PodSecurityConfiguration',
    defaults: { enforce: 'tight' },
  });
  const admissionConfigFile = files.write('a.yaml', configuration({ name: 'PodSecurity', path: 'security.yaml' }));
  await expect(securedCluster(new SimulatedClock(), { admissionConfigFile })).rejects.toThrow(
    'security.yaml:4: defaults.enforce: Invalid value: "tight": must be one of privileged, baseline, restricted',
  );
});

test('a file that is not there', async () => {
  const starting = securedCluster(new SimulatedClock(), { admissionConfigFile: '/none/admission.yaml' });
  await expect(starting).rejects.toThrow('unable to read admission control configuration from "/none/admission.yaml"');
});
