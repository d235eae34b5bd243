import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { type ConversionServer, conversionServer, type Json } from '../../support/webhooks/conversion-server.ts';
import { convertedGizmos } from '../../support/webhooks/play-conversion.ts';

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const V1 = '/apis/example.com/v1/namespaces/default/gizmos';
export const V2 = '/apis/example.com/v2/namespaces/default/gizmos';

export const gizmo = (version: string, name: string, spec: Json): Json => ({
  apiVersion: `example.com/${version}`,
  kind: 'Gizmo',
  metadata: { name },
  spec,
});

export interface Converted extends AsyncDisposable {
  readonly cluster: SecuredCluster;
  readonly webhook: ConversionServer;
  /** How many objects each call brought so far. */
  readonly counts: () => number[];
}

/** A cluster with `gizmos.example.com`, whose versions a webhook converts. */
export async function converted(): Promise<Converted> {
  const webhook = await conversionServer();
  const cluster = await securedCluster();
  const clientConfig = { url: `https://127.0.0.1:${webhook.port}/convert`, caBundle: webhook.caBundle };
  await create(cluster, DEFINITIONS, convertedGizmos('example.com', {}, clientConfig));
  return {
    cluster,
    webhook,
    counts: () =>
      webhook.received.map(({ body }) => (body as { request: { objects: unknown[] } }).request.objects.length),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await webhook[Symbol.asyncDispose]();
    },
  };
}
