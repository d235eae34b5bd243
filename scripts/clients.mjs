// `npm run test:clients`: the runner in test/clients/runner, with a kubectl for the administrator's part.
import { findKubectl } from './kubectl.mjs';

process.env.FAUXKUBE_CLIENTS_KUBECTL = findKubectl().command;
process.argv.splice(2, 0, 'test/clients/runner/main.ts');
await import('./run-ts.mjs');
