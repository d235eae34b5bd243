// kubectl, the version that KUBECTL is: everything that people do with it.
import { isCluster } from '../tool.mjs';

await import('./objects.mjs');
await import('./output.mjs');
await import('./workloads.mjs');
await import('./pods.mjs');
await import('./access.mjs');
if (isCluster) await import('./cluster.mjs');
