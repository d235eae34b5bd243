// Creates objects in a data directory and prints the key of each when it is acknowledged, until it
// is killed: DIRECTORY WRITERS
import { writeSync } from 'node:fs';
import { systemClock } from '../../../server/base/clock.ts';
import { createLogger } from '../../../server/base/log.ts';
import { PersistentStorage } from '../../../server/storage/persistent.ts';
import { configMap, keyOfMap, locate } from '../../support/stored.ts';

const [directory = '', writers = '1'] = process.argv.slice(2);
const storage = await PersistentStorage.open({
  directory,
  locate,
  clock: systemClock(),
  log: createLogger('warn'),
  compactAfter: { lines: 700, bytes: 1e9 },
});
let next = 0;
const work = async (): Promise<void> => {
  for (;;) {
    const name = `object-${next++}`;
    await storage.create(keyOfMap(name), configMap(name, { text: 'x'.repeat(500) }));
    writeSync(1, `${keyOfMap(name)}\n`);
  }
};
await Promise.all(Array.from({ length: Number(writers) }, work));
