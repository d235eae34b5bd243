import { built, type Program } from '../runner/program.ts';
import { versionInGoMod } from '../runner/versions.ts';

const GO = 'test/clients/go';

/** Programs of the module `client-go`, each a package of its own. */
const clientGo = (name: string, does: string, more: Partial<Program> = {}): Program => ({
  name: `go/${name}`,
  client: 'client-go',
  version: versionInGoMod(`${GO}/client-go`, 'k8s.io/client-go'),
  does,
  folder: `${GO}/client-go`,
  build: [['go', 'build', '-o', `${built('go/client-go')}/`, './...']],
  run: [built('go/client-go', name)],
  ...more,
});

/** Programs of the module `controller-runtime`, each with what it needs. */
const controllerRuntime = (name: string, does: string): Program => ({
  name: `go/${name}`,
  client: 'controller-runtime',
  version: versionInGoMod(`${GO}/controller-runtime`, 'sigs.k8s.io/controller-runtime'),
  does,
  folder: `${GO}/controller-runtime`,
  build: [['go', 'build', '-o', `${built('go/controller-runtime')}/`, './...']],
  run: [built('go/controller-runtime', name)],
  needs: `${name}/needs.yaml`,
});

/** A module that is one program. */
const module = (name: string, client: string, path: string, does: string): Program => ({
  name: `go/${name}`,
  client,
  version: versionInGoMod(`${GO}/${name}`, path),
  does,
  folder: `${GO}/${name}`,
  build: [['go', 'build', '-o', `${built('go')}/`, '.']],
  run: [built('go', name)],
});

export const GO_PROGRAMS: readonly Program[] = [
  clientGo('typed', 'typed clientset, apply configurations, scale, eviction, tokens, access reviews'),
  clientGo('dynamic', 'dynamic client, REST mapper and client for scales, with a custom resource', {
    needs: 'dynamic/needs.yaml',
  }),
  clientGo('metadata', 'metadata client and its informers'),
  clientGo('discovery', 'discovery, cached in memory and on disk, OpenAPI v2 and v3', {
    needs: 'discovery/needs.yaml',
  }),
  clientGo('encodings', 'protobuf, CBOR where there is none, tables, metadata, YAML', {
    needs: 'encodings/needs.yaml',
    env: { KUBE_FEATURE_ClientsAllowCBOR: 'true', KUBE_FEATURE_ClientsPreferCBOR: 'true' },
  }),
  clientGo('informers', 'shared and dynamic informers with streamed lists, indexes, transforms and relists', {
    needs: 'informers/needs.yaml',
  }),
  clientGo('informers-lists', 'the same with plain lists', {
    needs: 'informers/needs.yaml',
    run: [built('go/client-go', 'informers')],
    env: { KUBE_FEATURE_WatchListClient: 'false' },
  }),
  clientGo('leader-election', 'candidates for a Lease, with Events'),
  clientGo('every-resource', 'discovery and dynamic informers of all that may be watched, tables'),
  clientGo('events', 'recorders of both APIs: counts, aggregation, series'),
  clientGo('pods', 'logs, exec, attach and port-forward over SPDY and WebSocket'),
  controllerRuntime('manager', 'a controller with leader election, cached client, indexes, server-side apply, Events'),
  controllerRuntime('webhooks', 'mutating, validating and conversion webhooks'),
  controllerRuntime('operator', 'finalizers, owner references, garbage collection, requeues, drift repair'),
  module('helm3', 'Helm 3', 'helm.sh/helm/v3', 'install, upgrade, rollback, test and uninstall of a chart with hooks'),
  module('helm4', 'Helm 4', 'helm.sh/helm/v4', 'the same with server-side apply and its conflicts'),
  module('kustomize', 'kustomize', 'sigs.k8s.io/kustomize/api', 'an overlay built, applied, changed and pruned'),
  module('cli-utils', 'cli-utils', 'sigs.k8s.io/cli-utils', 'applier and destroyer with inventory and kstatus'),
];
