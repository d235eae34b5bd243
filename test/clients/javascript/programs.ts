import { readFileSync } from 'node:fs';
import { built, type Program } from '../runner/program.ts';
import { versionInPackage } from '../runner/versions.ts';

const JAVASCRIPT = 'test/clients/javascript';
const INSTALLED = built('javascript');
const INSTALL = [process.execPath, 'install.mjs', INSTALLED] as const;
const NODE = `${INSTALLED}/node_modules/node/bin/node`;

const { dependencies } = JSON.parse(readFileSync(`${JAVASCRIPT}/package.json`, 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** Programs of the package in this folder, run by the Node that it brings: some libraries want a new one. */
const program = (name: string, client: string, does: string, more: Partial<Program> = {}): Program => ({
  name: `javascript/${name}`,
  client,
  version: dependencies[client] ?? '',
  does,
  folder: JAVASCRIPT,
  build: [INSTALL],
  run: [NODE, `${INSTALLED}/${name}.mjs`],
  ...more,
});

const CLIENT = '@kubernetes/client-node';

/** The same program with the library's last version for Node 20, which is that of the repository. */
const onNode20 = (name: string, more: Partial<Program> = {}): Program => ({
  ...program(name, CLIENT, `${name}.mjs on Node 20`, more),
  name: `javascript/${name}-node20`,
  version: versionInPackage(`node_modules/${CLIENT}`),
  build: [],
  run: [process.execPath, `${name}.mjs`],
});

export const JAVASCRIPT_PROGRAMS: readonly Program[] = [
  program('apis', CLIENT, 'all API classes: discovery, lists, pages, collections'),
  program('lives', CLIENT, 'typed API: every kind created, listed, patched, replaced, deleted'),
  program('subresources', CLIENT, 'scale, eviction, tokens, reviews, errors'),
  program('objects', CLIENT, 'KubernetesObjectApi: manifests, patches, server-side apply'),
  program('custom', CLIENT, 'CustomObjectsApi: schema, status, scale, watch', { needs: 'needs.yaml' }),
  program('informer', CLIENT, 'informers, watches, 410, bookmarks, streamed lists'),
  program('pods', CLIENT, 'logs, exec, attach, copies and port-forward'),
  program('top', CLIENT, 'metrics, topNodes and topPods', { flags: ['--simulated-metrics'] }),
  program('typed', CLIENT, 'types under tsc --strict: rollout, scale, Job, endpoints, events', {
    build: [INSTALL, [`${INSTALLED}/node_modules/.bin/tsc`, '-p', INSTALLED]],
    run: [NODE, `${INSTALLED}/programs/typed.js`],
  }),
  program('leader-election', '@codedependant/kubernetes-leader-election', 'candidates for a Lease', {
    // Without it, the library takes itself for alone.
    env: { KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc' },
  }),
  program('operator', '@dot-i/k8s-operator', 'operator over client-node 0.20: finalizers, status', {
    needs: 'needs.yaml',
  }),
  program('fluent', 'kubernetes-fluent-client', 'create, apply, patch, finalize, scale, watch, own kinds', {
    needs: 'needs.yaml',
  }),
  program('browser', 'playwright-core', 'fetch and WebSocket of another origin in headless Chromium', {
    flags: ['--cors-origin=*'],
  }),
  onNode20('apis'),
  onNode20('lives'),
  onNode20('subresources'),
  onNode20('objects'),
  onNode20('custom', { needs: 'needs.yaml' }),
  onNode20('informer'),
  onNode20('pods'),
  onNode20('top', { flags: ['--simulated-metrics'] }),
];
