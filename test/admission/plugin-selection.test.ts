import { expect, test } from 'vitest';
import { selectPlugins } from '../../server/admission/selection.ts';
import { at, createAccount, securedCluster } from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const plugin = (name: string): { name: string; handles: () => boolean } => ({ name, handles: () => true });
const BUILT = ['AlwaysPullImages', 'Priority', 'ServiceAccount', 'NamespaceLifecycle'].map(plugin);

const selected = (enable: readonly string[], disable: readonly string[]): readonly string[] =>
  selectPlugins(BUILT, { enable, disable }).map(({ name }) => name);

test('those that are on by default run, in the order of the real server', () => {
  expect(selected([], [])).toEqual(['NamespaceLifecycle', 'ServiceAccount', 'Priority']);
});

test('others are enabled, and take their place', () => {
  const names = ['NamespaceLifecycle', 'ServiceAccount', 'AlwaysPullImages', 'Priority'];
  expect(selected(['AlwaysPullImages'], [])).toEqual(names);
  expect(selected(['AlwaysPullImages', 'Priority'], ['NamespaceLifecycle'])).toEqual(names.slice(1));
});

test('what is off may be disabled, and what is not built too', () => {
  expect(selected([], ['AlwaysPullImages', 'ImagePolicyWebhook', 'Priority'])).toEqual([
    'NamespaceLifecycle',
    'ServiceAccount',
  ]);
});

test.each([
  [['Quota'], [], /^there is no admission plugin "Quota" \(--enable-admission-plugins\); there are\n {2}AlwaysAdmit, /],
  [
    [],
    ['Quota'],
    /^there is no admission plugin "Quota" \(--disable-admission-plugins\); there are\n {2}AlwaysAdmit, /,
  ],
  [['Priority'], ['Priority'], /^Priority: in --enable-admission-plugins and --disable-admission-plugins, choose one$/],
])('enabling %j and disabling %j is refused', (enable, disable, message) => {
  expect(() => selected(enable, disable)).toThrow(message);
});

test('a cluster runs without a plugin that is disabled', async () => {
  const choice = { enable: [], disable: ['Priority', 'DefaultTolerationSeconds'] };
  await using cluster = await securedCluster(new SimulatedClock(), { admissionPlugins: choice });
  await createAccount(cluster, 'default');
  const body = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/default/pods', { body });
  expect([answer.status, at(answer.body, 'spec.priority'), at(answer.body, 'spec.tolerations')]).toEqual([
    201,
    undefined,
    undefined,
  ]);
  expect(at(answer.body, 'spec.serviceAccountName')).toBe('default');
});
