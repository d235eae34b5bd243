import type { SecuredCluster } from '../../support/secured-cluster.ts';
import { create } from '../../support/secured-cluster.ts';
import type { WebhookServer } from '../../support/webhooks/webhook-server.ts';

const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

export type Kind = 'mutating' | 'validating';

/** A rule for every operation on everything. */
export const EVERYTHING = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

/** A webhook at the path `/index` of a server, asked about everything unless `fields` say otherwise. */
export function hook(server: WebhookServer, index: number, fields: object = {}): object {
  return {
    name: `hook${index}.example.com`,
    clientConfig: { url: `https://127.0.0.1:${server.port}/${index}`, caBundle: server.caBundle },
    rules: [EVERYTHING],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...fields,
  };
}

/** Registers webhooks. */
export async function register(cluster: SecuredCluster, kind: Kind, name: string, webhooks: object[]): Promise<void> {
  await create(cluster, `${REGISTRATION}/${kind}webhookconfigurations`, { metadata: { name }, webhooks });
}

/** Takes webhooks away. */
export async function unregister(cluster: SecuredCluster, kind: Kind, name: string): Promise<void> {
  await cluster.ask('DELETE', `${REGISTRATION}/${kind}webhookconfigurations/${name}`);
}
