// `npm run conformance`: the runner in test/conformance, with the kubectl that its specs were written for.
import { buildKubectl } from './kubectl.mjs';

process.env.FAUXKUBE_CONFORMANCE_KUBECTL = buildKubectl().command;
process.argv.splice(2, 0, 'test/conformance/main.ts');
await import('./run-ts.mjs');
