// Records what a real server's pages of metrics say besides numbers: names, texts, types, labels, ranges.
import { type ReadFamily, readMetrics, shapeOf } from '../../support/metrics.ts';
import { ask, record } from './oracle.ts';

/** What a server without etcd and Go may have too. */
const WANTED =
  /^(aggregator_un|apiserver_(request|longrunning|current|resource|storage_objects|watch)|process_|workqueue_)/;

const page = async (path: string): Promise<ReadFamily[]> => [...readMetrics((await ask('GET', path)).text).values()];

await ask('GET', '/readyz');
const families = (await page('/metrics')).filter(({ name }) => WANTED.test(name));
const health = (await page('/metrics/slis')).filter(({ name }) => name.startsWith('kubernetes_'));
await record('test/golden/metrics.json', [...families, ...health].map(shapeOf));
const objects = families.find(({ name }) => name === 'apiserver_storage_objects')?.samples ?? [];
await record(
  'test/golden/metrics-objects.json',
  objects.map(({ labels }) => labels.resource),
);
