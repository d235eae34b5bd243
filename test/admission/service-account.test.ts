import { expect, test } from 'vitest';
import {
  type Answer,
  at,
  create,
  createAccount,
  type SecuredCluster,
  securedCluster,
} from '../support/secured-cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

function post(cluster: SecuredCluster, spec: object, metadata: object = { name: 'p' }): Promise<Answer> {
  return cluster.ask('POST', PODS, { body: { metadata, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } } });
}

test('a pod runs as the default account and gets a token of it', async () => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'default');
  const { body } = await post(cluster, {});
  const name = at(body, 'spec.volumes.0.name');
  expect(name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(at(body, 'spec')).toMatchObject({
    serviceAccountName: 'default',
    serviceAccount: 'default',
    containers: [{ volumeMounts: [{ name, readOnly: true, mountPath: MOUNT_PATH }] }],
  });
  expect(at(body, 'spec.volumes')).toEqual([
    {
      name,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
        defaultMode: 420,
      },
    },
  ]);
});

test('the account has to exist', async () => {
  await using cluster = await securedCluster();
  const message = async (spec: object, metadata?: object): Promise<unknown> =>
    at((await post(cluster, spec, metadata)).body, 'message');
  expect(await message({ serviceAccountName: 'none' })).toBe(
    'pods "p" is forbidden: error looking up service account default/none: serviceaccount "none" not found',
  );
  expect(await message({}, { generateName: 'p-' })).toBe(
    'pods "p-" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
  );
});

test('a pod waits a little for the default account of a new namespace', async () => {
  await using cluster = await securedCluster();
  const [{ status }] = await Promise.all([post(cluster, {}), createAccount(cluster, 'default')]);
  expect(status).toBe(201);
});

test('pod and account may do without a token; the pod has the last word', async () => {
  await using cluster = await securedCluster();
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await create(cluster, accounts, { metadata: { name: 'quiet' }, automountServiceAccountToken: false });
  const volumes = async (name: string, spec: object): Promise<unknown> =>
    at((await post(cluster, { serviceAccountName: 'quiet', ...spec }, { name })).body, 'spec.volumes.length');
  expect(await volumes('a', {})).toBeUndefined();
  expect(await volumes('b', { automountServiceAccountToken: true })).toBe(1);
  expect(await volumes('c', { automountServiceAccountToken: false })).toBeUndefined();
});

test('what a container mounts at the usual place stays', async () => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'default');
  const own = [{ name: 'v', mountPath: MOUNT_PATH }];
  const spec = {
    initContainers: [{ name: 'ic', image: 'i', volumeMounts: own }],
    volumes: [{ name: 'v', emptyDir: {} }],
  };
  const { body } = await post(cluster, spec);
  expect(at(body, 'spec.initContainers.0.volumeMounts')).toEqual(own);
  expect(at(body, 'spec.containers.0.volumeMounts.0.name')).toBe(at(body, 'spec.volumes.1.name'));
});

test('image pull secrets come from the account unless the pod has some', async () => {
  await using cluster = await securedCluster();
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await create(cluster, accounts, { metadata: { name: 'pull' }, imagePullSecrets: [{ name: 'registry' }] });
  const secrets = async (name: string, spec: object): Promise<unknown> =>
    at((await post(cluster, { serviceAccountName: 'pull', ...spec }, { name })).body, 'spec.imagePullSecrets');
  expect(await secrets('a', {})).toEqual([{ name: 'registry' }]);
  expect(await secrets('b', { imagePullSecrets: [{ name: 'own' }] })).toEqual([{ name: 'own' }]);
});
