import { expect, test } from 'vitest';
import { createPki } from '../../../server/auth/certificates.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { systemRandom } from '../../../server/base/random.ts';
import { PodStory } from '../../support/pod-story.ts';

const MAP = '{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {k: v}}';
const SECRET = '{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {k: v}}';

const withVariable = (env: string): string => `{containers: [{name: c, image: nginx, ${env}}]}`;
const withVolume = (volume: string): string =>
  `{containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, ${volume}}]}`;

test.each([
  ['a config map', 'env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: k}}}]', 'configmap "m" not found', MAP],
  ['a secret', 'env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]', 'secret "s" not found', SECRET],
  ['all of a config map', 'envFrom: [{configMapRef: {name: m}}]', 'configmap "m" not found', MAP],
  ['all of a secret', 'envFrom: [{secretRef: {name: s}}]', 'secret "s" not found', SECRET],
])('a container whose variables come from %s waits until it is there', async (_, env, message, manifest) => {
  await using story = await PodStory.begin();
  await story.create(withVariable(env));
  expect(await story.shown()).toBe('0/1 CreateContainerConfigError');
  expect((await story.container()).state.waiting?.message).toBe(message);
  expect(await story.events()).toContain(`Warning Failed spec.containers{c}: Error: ${message}`);
  await story.apply(manifest);
  expect(await story.shown()).toBe('1/1 Running');
});

test('a key that an object lacks is missed, too', async () => {
  await using story = await PodStory.begin();
  await story.apply(MAP);
  await story.create(withVariable('env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: other}}}]'));
  expect((await story.container()).state.waiting?.message).toBe("couldn't find key other in ConfigMap default/m");
});

test('what is optional nobody waits for', async () => {
  await using story = await PodStory.begin();
  await story.create(withVariable('envFrom: [{secretRef: {name: s, optional: true}}]'));
  expect(await story.shown()).toBe('1/1 Running');
});

test.each([
  ['configMap: {name: m}', 'configmap "m" not found', MAP],
  ['secret: {secretName: s}', 'secret "s" not found', SECRET],
  ['projected: {sources: [{configMap: {name: m}}]}', 'configmap "m" not found', MAP],
])('a pod whose volume is of %s waits until that can be mounted', async (volume, message, manifest) => {
  await using story = await PodStory.begin();
  await story.create(withVolume(volume));
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  expect(await story.events()).toEqual([
    `Warning FailedMount pod: MountVolume.SetUp failed for volume "v" : ${message}`,
  ]);
  expect((await story.pod()).status.podIP).toBeUndefined();
  expect(await story.condition('PodReadyToStartContainers')).toMatchObject({ status: 'False' });
  await story.apply(manifest);
  expect(await story.shown()).toBe('1/1 Running');
});

test.each([
  [
    'name: b',
    'while getting ClusterTrustBundle: clustertrustbundle.certificates.k8s.io "b" not found',
    'metadata: {name: b}',
    '',
  ],
  [
    'signerName: example.com/s, labelSelector: {}',
    'combination of signerName and labelSelector matched zero ClusterTrustBundles',
    "metadata: {name: 'example.com:s:b'}",
    'signerName: example.com/s, ',
  ],
])('a pod whose volume is of a trust bundle with %s waits until there is one', async (asks, why, metadata, signer) => {
  await using story = await PodStory.begin();
  const { cert } = createPki({ clock: systemClock(), random: systemRandom() }).ca;
  await story.create(withVolume(`projected: {sources: [{clusterTrustBundle: {${asks}, path: ca.pem}}]}`));
  expect(await story.shown()).toBe('0/1 ContainerCreating');
  expect((await story.events()).join()).toContain(why);
  const spec = `{${signer}trustBundle: ${JSON.stringify(cert)}}`;
  await story.apply(`{apiVersion: certificates.k8s.io/v1, kind: ClusterTrustBundle, ${metadata}, spec: ${spec}}`);
  expect(await story.shown()).toBe('1/1 Running');
});

test.each([
  ['{runAsNonRoot: true}', 'container has runAsNonRoot and image will run as root'],
  ['{runAsNonRoot: true, runAsUser: 0}', "container's runAsUser breaks non-root policy"],
])('a container with %s does not run as root', async (context, message) => {
  await using story = await PodStory.begin();
  await story.create(withVariable(`securityContext: ${context}`));
  expect(await story.shown()).toBe('0/1 CreateContainerConfigError');
  const { uid } = (await story.pod()).metadata;
  expect((await story.container()).state.waiting?.message).toBe(`${message} (pod: "p_default(${uid})", container: c)`);
});
