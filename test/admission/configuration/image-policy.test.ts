import { expect, test } from 'vitest';
import { at } from '../../support/secured-cluster.ts';
import { type AccessServer, accessServer } from '../../support/webhooks/access-server.ts';
import { configuration, configured, PODS, pod } from './support.ts';

const ENABLED = { enable: ['ImagePolicyWebhook'] };

const policy = ({ kubeconfig }: AccessServer, fields: object = {}): object =>
  configuration({
    name: 'ImagePolicyWebhook',
    configuration: { imagePolicy: { kubeConfigFile: kubeconfig, retryBackoff: 1, ...fields } },
  });

test('a server outside decides about the images of pods, and is asked once about the same ones', async () => {
  await using webhook = await accessServer();
  webhook.judge = () => ({ allowed: false, reason: 'too old' });
  await using cluster = await configured(policy(webhook), ENABLED);
  const body = {
    metadata: { name: 'a', annotations: { 'x.image-policy.k8s.io/ticket': '5', other: 'y' } },
    spec: { containers: [{ name: 'c', image: 'one' }], initContainers: [{ name: 'i', image: 'two' }] },
  };
  for (let i = 0; i < 2; i++) {
    const refused = await cluster.ask('POST', PODS, { body });
    expect([refused.status, at(refused.body, 'message')]).toEqual([
      403,
      'pods "a" is forbidden: image policy webhook backend denied one or more images: too old',
    ]);
  }
  expect(webhook.received.map((review) => review.body)).toEqual([
    {
      kind: 'ImageReview',
      apiVersion: 'imagepolicy.k8s.io/v1alpha1',
      metadata: {},
      spec: {
        containers: [{ image: 'one' }, { image: 'two' }],
        annotations: { 'x.image-policy.k8s.io/ticket': '5' },
        namespace: 'default',
      },
      status: { allowed: false },
    },
  ]);
  webhook.judge = () => ({ allowed: true });
  await cluster.clock.advance(30_000);
  expect((await cluster.ask('POST', PODS, { body })).status).toBe(201);
});

test('without an answer pods are refused, or pass with a mark', async () => {
  await using webhook = await accessServer();
  webhook.judge = () => ({ page: { status: 404, body: 'no' } });
  await using strict = await configured(policy(webhook), ENABLED);
  const refused = await strict.ask('POST', PODS, { body: pod('a') });
  expect([refused.status, at(refused.body, 'message')]).toEqual([
    403,
    'pods "a" is forbidden: the server could not find the requested resource',
  ]);
  await using lenient = await configured(policy(webhook, { defaultAllow: true }), ENABLED);
  const { status, body } = await lenient.ask('POST', PODS, { body: pod('a') });
  expect([status, at(body, 'metadata.annotations')]).toEqual([
    201,
    { 'alpha.image-policy.k8s.io/failed-open': 'true' },
  ]);
});
