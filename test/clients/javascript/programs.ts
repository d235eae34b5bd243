import { readFileSync } from 'node:fs';
import { built, type Program } from '../runner/program.ts';
import { versionInPackage } from '../runner/versions.ts';

const JAVASCRIPT = 'test/clients/javascript';
const INSTALLED = built('javascript');

const { dependencies } = JSON.parse(readFileSync(`${JAVASCRIPT}/package.json`, 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** Programs of the package in this folder, which runs them with the Node that it brings: some libraries want a new one. */
const program = (name: string, client: string, does: string, more: Partial<Program> = {}): Program => ({
  name: `javascript/${name}`,
  client,
  version: dependencies[client] ?? '',
  does,
  folder: JAVASCRIPT,
  build: [[process.execPath, 'install.mjs', INSTALLED]],
  run: [`${INSTALLED}/node_modules/node/bin/node`, `${INSTALLED}/${name}.mjs`],
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
  program('custom', CLIENT, 'CustomObjectsApi: schema, status, scale, watch', { needs: 'needs-custom.yaml' }),
  program('informer', CLIENT, 'informers, watches, 410, bookmarks, streamed lists'),
  program('pods', CLIENT, 'logs, exec, attach, copies and port-forward'),
  program('top', CLIENT, 'metrics, topNodes and topPods', { flags: ['--simulated-metrics'] }),
  onNode20('apis'),
  onNode20('lives'),
  onNode20('subresources'),
  onNode20('objects'),
  onNode20('custom', { needs: 'needs-custom.yaml' }),
  onNode20('informer'),
  onNode20('pods'),
  onNode20('top', { flags: ['--simulated-metrics'] }),
];
