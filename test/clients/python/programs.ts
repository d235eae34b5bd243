import { built, type Program } from '../runner/program.ts';
import { versionInRequirements } from '../runner/versions.ts';

const PYTHON = 'test/clients/python';

const install = (environment: string): Program['build'] => [
  ['python3', '-m', 'venv', built(environment)],
  [
    built(environment, 'bin/python'),
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    '-r',
    'requirements.txt',
  ],
];

/** A program of the virtual environment that all but ansible share, with the library that it is about. */
const program = (name: string, client: string, does: string, more: Partial<Program> = {}): Program => ({
  name: `python/${name}`,
  client,
  version: versionInRequirements(`${PYTHON}/requirements.txt`, client),
  does,
  folder: PYTHON,
  build: install('python'),
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
  program('kopf-operator', 'kopf', 'an operator: create, update, delete, timer, daemon, index, finalizers, restart', {
    needs: 'needs.yaml',
  }),
  program(
    'pytest',
    'pytest',
    'a suite with fixtures for a client and a namespace of each test, of the official client',
    {
      run: [
        built('python/bin/python'),
        '-m',
        'pytest',
        '-q',
        '-p',
        'no:cacheprovider',
        '-p',
        'ok_lines',
        'pytest_suite',
      ],
    },
  ),
  {
    name: 'python/ansible',
    client: 'ansible',
    version: versionInRequirements(`${PYTHON}/ansible/requirements.txt`, 'ansible'),
    does: 'a playbook with kubernetes.core: apply, wait, scale, rollback, exec, log, cp, check mode, idempotence',
    folder: `${PYTHON}/ansible`,
    build: install('python-ansible'),
    run: [built('python-ansible/bin/ansible-playbook'), 'playbook.yaml'],
    needs: '../needs.yaml',
    env: { ANSIBLE_HOME: built('python-ansible/home') },
  },
];
