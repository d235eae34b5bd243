import { built, type Program } from '../runner/program.ts';
import { versionInRequirements } from '../runner/versions.ts';

const PYTHON = 'test/clients/python';

/** A program of the virtual environment that all but ansible share, with the library that it is about. */
const program = (name: string, client: string, does: string, more: Partial<Program> = {}): Program => ({
  name: `python/${name}`,
  client,
  version: versionInRequirements(`${PYTHON}/requirements.txt`, client),
  does,
  folder: PYTHON,
  build: [
    ['python3', '-m', 'venv', built('python')],
    [built('python/bin/pip'), 'install', '-q', '--disable-pip-version-check', '-r', 'requirements.txt'],
  ],
  run: [built('python/bin/python'), `${name.replaceAll('-', '_')}.py`],
  ...more,
});

export const PYTHON_PROGRAMS: readonly Program[] = [
  program('pods', 'kubernetes', 'logs, exec, attach and port-forward'),
  program('typed', 'kubernetes', 'typed APIs: patches, server-side apply, pages, watches, errors'),
  program('custom', 'kubernetes', 'CustomObjectsApi: status, scale, selectable fields, tables, server-side apply', {
    needs: 'needs.yaml',
  }),
  program('workloads', 'kubernetes', 'create_from_yaml, rollouts, informer, eviction, Job, Events, tokens'),
  program('leader-election', 'kubernetes', 'leader election by Lease and by ConfigMap'),
  program('dynamic', 'kubernetes', 'DynamicClient: discovery with cache, server-side apply, subresources, watch', {
    needs: 'needs.yaml',
  }),
  program('asyncio-typed', 'kubernetes-asyncio', 'typed, custom and dynamic APIs, concurrent requests, watches', {
    needs: 'needs.yaml',
  }),
  program('asyncio-pods', 'kubernetes-asyncio', 'logs, exec, leader election'),
  program('kr8s-sync', 'kr8s', 'objects, custom resources, scale, wait, exec, logs, port-forward', {
    needs: 'needs.yaml',
  }),
  program('kr8s-async', 'kr8s', 'the same with asyncio: manifests, watches and waits at once'),
  program('lightkube-typed', 'lightkube', 'models, generic resources, server-side apply, watch, wait, log, exec', {
    needs: 'needs.yaml',
  }),
  program('lightkube-async', 'lightkube', 'AsyncClient over HTTP/2: concurrent requests and watches, log, exec', {
    needs: 'needs.yaml',
  }),
];
