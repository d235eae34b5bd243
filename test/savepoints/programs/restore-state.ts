// Brings a savepoint back in a cluster with a data directory, says so, and waits to be killed: DIRECTORY
import { writeSync } from 'node:fs';
import { startCluster } from '../../../server/index.ts';

const [dataDir = ''] = process.argv.slice(2);
const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const cluster = await startCluster({ dataDir, logLevel: 'error' });
await cluster.apply(map('kept'));
await cluster.savepoints.save({ name: 'one' });
await cluster.apply(map('later'));
await cluster.savepoints.restore('one');
writeSync(1, 'restored\n');
