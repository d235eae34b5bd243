import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { AGNHOST } from './support.ts';

const pki = createPki({ clock: systemClock(), random: systemRandom() });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
let cluster: RunningCluster;

/** A pod that answers webhooks behind a service of its name. */
function hooks(name: string, command: string, serving = pki.servingCertificate([`${name}.default.svc`])): string {
  const files = '--tls-cert-file=/tls/tls.crt, --tls-private-key-file=/tls/tls.key';
  const stringData = JSON.stringify({ 'tls.crt': serving.cert, 'tls.key': serving.key });
  return `
{apiVersion: v1, kind: Secret, metadata: {name: ${name}}, stringData: ${stringData}}
---
{apiVersion: v1, kind: Service, metadata: {name: ${name}},
  spec: {selector: {app: ${name}}, ports: [{port: 9443, targetPort: 8444}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}, skip: 'yes'}}
spec:
  volumes: [{name: tls, secret: {secretName: ${name}}}]
  containers:
  - name: c
    image: "${AGNHOST}"
    args: [${command}, ${files}, --port=8444]
    volumeMounts: [{name: tls, mountPath: /tls}]
    readinessProbe: {httpGet: {port: 8444, scheme: HTTPS, path: /readyz}}
`;
}

/** @param kind Validating or Mutating */
function configuration(kind: string, path: string, more = '', { service = 'hooks', ca = pki.ca.cert } = {}): string {
  return `{apiVersion: admissionregistration.k8s.io/v1, kind: ${kind}WebhookConfiguration, metadata: {name: test},
    webhooks: [{name: a.example.com, sideEffects: None, admissionReviewVersions: [v1beta1, v1],
      clientConfig: {service: {namespace: default, name: ${service}, port: 9443, path: ${path}},
        caBundle: ${base64(ca)}},
      objectSelector: {matchExpressions: [{key: skip, operator: DoesNotExist}]},
      rules: [{apiGroups: [''], apiVersions: [v1], resources: [configmaps, pods, pods/attach],
        operations: ['*']}]${more}}]}`;
}

const configMap = (name: string, data = ''): string =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}, data: {${data}}}`;

const get = (resource: string, name: string): Promise<unknown> =>
  cluster.transport().send({ verb: 'get', resource: `v1/${resource}`, key: { namespace: 'default', name } });

beforeAll(async () => {
  cluster = await startCluster({ logLevel: 'error', fixtures: [] });
  await cluster.apply(
    hooks('hooks', 'webhook, --sidecar-image=example/side'),
    hooks('misnamed', 'webhook', pki.servingCertificate(['other.default.svc'])),
    hooks('conversion', 'crd-conversion-webhook'),
  );
  await cluster.settle();
}, 60_000);
afterAll(() => cluster.stop());

beforeEach(async () => {
  const transport = cluster.transport();
  for (const kind of ['validating', 'mutating'] as const) {
    const resource = `admissionregistration.k8s.io/v1/${kind}webhookconfigurations`;
    await transport.send({ verb: 'deletecollection', resource, key: { namespace: '', name: '' } });
  }
});

test('a webhook in a pod refuses what its handler does not want', async () => {
  await cluster.apply(configuration('Validating', '/configmaps'));
  await cluster.apply(configMap('good', 'a: b'));
  await expect(cluster.apply(configMap('bad', 'webhook-e2e-test: webhook-disallow'))).rejects.toThrow(
    'admission webhook "a.example.com" denied the request: the configmap contains unwanted key and value',
  );
  await cluster.apply(configMap('lasting', 'webhook-e2e-test: webhook-nondeletable'));
  const key = { namespace: 'default', name: 'lasting' };
  await expect(cluster.transport().send({ verb: 'delete', resource: 'v1/configmaps', key })).rejects.toThrow(
    'the configmap cannot be deleted because it contains unwanted key and value',
  );
});

test('one that denies everything denies everything', async () => {
  await cluster.apply(configuration('Validating', '/always-deny'));
  await expect(cluster.apply(configMap('denied'))).rejects.toThrow('this webhook denies all requests');
});

test('a webhook in a pod changes what it is sent', async () => {
  await cluster.apply(configuration('Mutating', '/add-label'));
  await cluster.apply(configMap('labelled'));
  expect(await get('configmaps', 'labelled')).toMatchObject({ metadata: { labels: { 'added-label': 'yes' } } });
  await cluster.apply(configuration('Mutating', '/mutating-configmaps'));
  await cluster.apply(configMap('staged', "mutation-start: 'yes'"));
  expect(await get('configmaps', 'staged')).toMatchObject({ data: { 'mutation-stage-1': 'yes' } });
});

test('pods get another container', async () => {
  await cluster.apply(configuration('Mutating', '/mutating-pods-sidecar'));
  await cluster.apply('{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: x}]}}');
  const containers = [{ name: 'c' }, { name: 'webhook-added-sidecar', image: 'example/side' }];
  expect(await get('pods', 'p')).toMatchObject({ spec: { containers } });
});

test('the certificate has to be for the service', async () => {
  await cluster.apply(configuration('Validating', '/always-deny', '', { service: 'misnamed' }));
  await expect(cluster.apply(configMap('unasked'))).rejects.toThrow(
    /tls: failed to verify certificate: x509: certificate is valid for .*, not misnamed\.default\.svc/,
  );
});

test('the certificate has to be signed by the authority of the configuration', async () => {
  const { cert } = createPki({ clock: systemClock(), random: systemRandom() }).ca;
  await cluster.apply(configuration('Validating', '/always-deny', '', { ca: cert }));
  await expect(cluster.apply(configMap('unasked'))).rejects.toThrow('x509: certificate signed by unknown authority');
});

test('who answers too late is not waited for', async () => {
  await cluster.apply(configuration('Validating', '/always-allow-delay-5s', ', timeoutSeconds: 1'));
  await expect(cluster.apply(configMap('late'))).rejects.toThrow('context deadline exceeded');
  await cluster.apply(
    configuration('Validating', '/always-allow-delay-5s', ', timeoutSeconds: 1, failurePolicy: Ignore'),
  );
  await cluster.apply(configMap('late'));
});

test('a webhook in a pod converts custom resources', async () => {
  const clientConfig = `{caBundle: ${base64(pki.ca.cert)},
    service: {namespace: default, name: conversion, port: 9443, path: /crdconvert}}`;
  const text = '{type: string}';
  const schema = (properties: string): string =>
    `schema: {openAPIV3Schema: {type: object, properties: {${properties}}}}`;
  await cluster.apply(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition,
    metadata: {name: pages.stable.example.com}, spec: {group: stable.example.com, scope: Namespaced,
      names: {plural: pages, singular: page, kind: Page, listKind: PageList},
      conversion: {strategy: Webhook, webhook: {clientConfig: ${clientConfig}, conversionReviewVersions: [v1]}},
      versions: [{name: v1, served: true, storage: true, ${schema(`hostPort: ${text}`)}},
        {name: v2, served: true, storage: false, ${schema(`host: ${text}, port: ${text}`)}}]}}`);
  await cluster.settle();
  await cluster.apply(
    '{apiVersion: stable.example.com/v1, kind: Page, metadata: {name: a}, hostPort: "localhost:7070"}',
  );
  const read = (version: string, name: string): Promise<unknown> =>
    cluster
      .transport()
      .send({ verb: 'get', resource: `stable.example.com/${version}/pages`, key: { namespace: 'default', name } });
  expect(await read('v2', 'a')).toMatchObject({ host: 'localhost', port: '7070' });
  await cluster.apply('{apiVersion: stable.example.com/v2, kind: Page, metadata: {name: b}, host: h, port: "1"}');
  expect(await read('v1', 'b')).toMatchObject({ hostPort: 'h:1' });
  const bad = cluster.apply('{apiVersion: stable.example.com/v1, kind: Page, metadata: {name: c}, hostPort: none}');
  await bad;
  await expect(read('v2', 'c')).rejects.toThrow(/invalid hostPort value `none`/);
});
