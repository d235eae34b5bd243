import type { Program } from '../runner/program.ts';
import { versionInPackage } from '../runner/versions.ts';

const JAVASCRIPT = 'test/clients/javascript';

export const JAVASCRIPT_PROGRAMS: readonly Program[] = [
  {
    name: 'javascript/pods',
    client: '@kubernetes/client-node',
    version: versionInPackage('node_modules/@kubernetes/client-node'),
    does: 'logs, exec, attach, copies and port-forward',
    folder: JAVASCRIPT,
    build: [],
    run: [process.execPath, 'pods.mjs'],
  },
];
