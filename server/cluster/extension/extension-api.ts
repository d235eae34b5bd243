/** An API server that only serves the kinds of its program, and leaves users and their rights to the one it extends. */
import { Credentials } from '../../auth/authenticator.ts';
import { FrontProxy, fingerprintsOf } from '../../auth/front-proxy.ts';
import { Activity } from '../../base/activity.ts';
import { type Clock, rfc3339 } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { ExtensionKind, ExtensionOptions } from '../../kube/extension-server.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import { noOutbound, type Outbound, type ServiceConnector } from '../../kube/outbound.ts';
import type { CustomResourceDefinition } from '../../kube/types.gen.ts';
import { ClientRequests } from '../../pipeline/fidelity/client-requests.ts';
import { HealthMetrics } from '../../pipeline/metrics/health-metrics.ts';
import { RequestMetrics } from '../../pipeline/metrics/request-metrics.ts';
import { createPipeline, type Pipeline } from '../../pipeline/pipeline.ts';
import { FlowClassifier } from '../../pipeline/priority/flow-classifier.ts';
import { ServiceTraffic } from '../../pipeline/service-traffic.ts';
import { StoredClusterObjects } from '../../pipeline/stored-cluster-objects.ts';
import { Catalog } from '../../registry/catalog.ts';
import type { Definition } from '../../registry/custom/custom-version.ts';
import type { RegistryEnv } from '../../registry/resource.ts';
import { builtInTypes } from '../../schema/type-table.ts';
import { MemoryStorage } from '../../storage/memory.ts';
import { Aggregator } from '../aggregation/aggregator.ts';
import { DelegatedAuthorizer, DelegatedTokens } from './delegated-access.ts';
import { KindAdmission } from './kind-admission.ts';
import { KindConversion } from './kind-conversion.ts';

export interface ExtensionParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const NOBODY = { pod: () => undefined };
const NO_SERVICES: ServiceConnector = {
  address: (key) => {
    throw new Error(`service "${key.name}" not found`);
  },
  connection: (key) => Promise.reject(new Error(`service "${key.name}" not found`)),
};

/** What is served, without sockets. @throws Error for authorities that hold no certificate */
export function extensionApi(
  { kinds, clients, ask }: Omit<ExtensionOptions, 'tls'>,
  { clock, random, log }: ExtensionParts,
): Pipeline {
  const storage = new MemoryStorage({ clock });
  const registry: RegistryEnv = {
    clock,
    random,
    find: (resource: string, key: Key) => catalog.store(resource)?.find(key),
    list: (resource: string, namespace = '') => catalog.store(resource)?.list(namespace).items ?? [],
  };
  const outbound: Outbound = { ...noOutbound, call: (request) => new KindConversion(kinds).answer(request) };
  const table = builtInTypes().withoutResources();
  const catalog = new Catalog(table, [], storage, registry, { outbound, services: NO_SERVICES, random });
  for (const kind of kinds) {
    const definition = definitionOf(kind, rfc3339(clock.now()));
    catalog.setDefinition(definition.metadata.name ?? '', definition);
  }
  const [clientAuthority = ''] = fingerprintsOf(clients.clientCa);
  const activity = new Activity();
  const traffic = new ServiceTraffic(registry, NOBODY, new StoredClusterObjects(registry, NOBODY));
  return createPipeline({
    catalog,
    registry,
    admission: new KindAdmission(kinds, (plural) => objectsOf(catalog, kinds, plural), ask),
    authenticator: new Credentials({
      otherTokens: [new DelegatedTokens(ask)],
      frontProxy: new FrontProxy(clients.frontProxy, clients.clientCa),
      clientAuthority,
    }),
    authorizer: new DelegatedAuthorizer(ask),
    traffic,
    nodes: NOBODY,
    log,
    requests: new RequestMetrics(clock),
    clientRequests: new ClientRequests(false),
    checks: new HealthMetrics(),
    flows: new FlowClassifier(storage),
    clock,
    aggregation: new Aggregator({
      outbound: noOutbound,
      services: NO_SERVICES,
      clientCertificate: () => undefined,
      isProxyHeader: () => false,
      storage,
      clock,
      log,
      activity,
    }),
    workQueues: () => [],
    health: () => new Map(),
    flush: () => storage.flush(),
    serverAddress: () => 'localhost:443',
  });
}

function objectsOf(catalog: Catalog, kinds: readonly ExtensionKind[], plural: string): readonly KubeObject[] {
  const kind = kinds.find(({ spec }) => spec.names.plural === plural);
  const items = (kind && catalog.store(`${plural}.${kind.spec.group}`)?.list('').items) ?? [];
  return items.map(({ value }) => value as KubeObject);
}

/** A definition that nobody has stored and everybody has accepted. */
function definitionOf({ spec, convert }: ExtensionKind, now: string): Definition {
  const conversion: NonNullable<CustomResourceDefinition['spec']['conversion']> = convert
    ? {
        strategy: 'Webhook',
        webhook: { clientConfig: { url: `https://conversion.${spec.group}/` }, conversionReviewVersions: ['v1'] },
      }
    : { strategy: 'None' };
  const reason = { lastTransitionTime: now, reason: 'BuiltIn', message: 'the program serves it' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${spec.names.plural}.${spec.group}` },
    spec: { ...spec, conversion },
    status: {
      acceptedNames: spec.names,
      storedVersions: (spec.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name),
      conditions: ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True', ...reason })),
    },
  };
}
