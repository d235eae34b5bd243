import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import { identityOf, sharedIdentity } from '../../server/cluster/identity.ts';
import { temporaryDirectory } from '../support/data-directory.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

interface Pair {
  readonly key: string;
  readonly cert: string;
}

interface Pems {
  readonly ca: Pair;
  readonly serving: Pair;
  readonly frontProxyCa?: Pair;
}

const options = { clock: new SimulatedClock(), random: seededRandom(1), names: [] };
const open = (dataDir: string) => identityOf({ ...options, dataDir });

const cases: readonly [string, (pems: Pems) => unknown, string][] = [
  ['nothing', () => ({}), 'ca.cert is no certificate (PEM)'],
  ['null', () => null, 'ca.cert is no certificate (PEM)'],
  ['no key', (pems) => ({ ...pems, ca: { cert: pems.ca.cert } }), 'ca.key is no private key (PEM)'],
  ['the key of another', ({ ca, ...pems }) => ({ ...pems, ca: { ...pems.serving, cert: ca.cert } }), 'does not belong'],
  ['a broken proxy', (pems) => ({ ...pems, frontProxyCa: {} }), 'frontProxyCa.cert is no certificate (PEM)'],
  ['no key for tokens', (pems) => ({ ...pems, tokenKey: 7 }), 'tokenKey is no private key (PEM)'],
];

test.each(cases)('kept keys with %s are refused by file and field, with advice', async (_what, change, problem) => {
  const directory = await temporaryDirectory();
  open(directory);
  const file = join(directory, 'pki.json');
  const pems = JSON.parse(await readFile(file, 'utf8')) as Pems;
  const text = JSON.stringify(change(pems));
  await writeFile(file, text);
  expect(() => open(directory)).toThrow(`${file}: `);
  expect(() => open(directory)).toThrow(problem);
  expect(() => open(directory)).toThrow(/: restore it, or delete it to get new certificates/);
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('keys of an earlier version, without those of front proxies, go on', async () => {
  const directory = await temporaryDirectory();
  const { ca } = open(directory);
  const file = join(directory, 'pki.json');
  const { frontProxyCa: _none, ...pems } = JSON.parse(await readFile(file, 'utf8')) as Pems;
  await writeFile(file, JSON.stringify(pems));
  expect(open(directory).ca).toEqual(ca);
});

test('shared keys that are none are refused by where they are', async () => {
  const shared = sharedIdentity({ ...options, dataDir: undefined }, async () => '{}');
  await expect(shared).rejects.toThrow('pki in etcd: ca.cert is no certificate (PEM): restore it, or delete that key');
});
