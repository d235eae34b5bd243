// Records what a real server's page of metrics says besides numbers: names, texts, types, labels, ranges.
import { readMetrics, shapeOf } from '../../support/metrics.ts';
import { ask, record } from './oracle.ts';

/** What a server without etcd, Go and aggregation may have too. */
const WANTED = /^(apiserver_(request|longrunning|current|resource|storage_objects|watch)|process_|workqueue_)/;

const families = [...readMetrics((await ask('GET', '/metrics')).text).values()];
await record('test/golden/metrics.json', families.filter(({ name }) => WANTED.test(name)).map(shapeOf));
const objects = families.find(({ name }) => name === 'apiserver_storage_objects')?.samples ?? [];
await record(
  'test/golden/metrics-objects.json',
  objects.map(({ labels }) => labels.resource),
);
