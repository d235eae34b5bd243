/** The certificates of a cluster and where they are kept. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createPki, frontProxyAuthority, isInsecureCa, loadPki, type Pki, type PkiPems } from '../auth/certificates.ts';
import { type Keys, randomKeys } from '../auth/keys.ts';
import { seededKeys } from '../auth/seeded-keys.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { unusableDirectory } from '../storage/unusable-directory.ts';
import { writeWhole } from '../storage/whole-file.ts';

export interface IdentityOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Names and addresses of the server besides the usual ones. */
  readonly names: readonly string[];
  /** Where the keys are kept; without it they are new at every start. */
  readonly dataDir: string | undefined;
  /** Where new keys come from; nobody else has them unless given. */
  readonly keys?: Keys;
  /** Whether other machines reach the server: then keys have to be secret. */
  readonly isExposed?: boolean | undefined;
}

const PKI_FILE = 'pki.json';
/** What servers share them under. */
const SHARED = 'pki';

/** Whether only this machine reaches what listens on an address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/**
 * Where the keys of a cluster come from, and whether others than this machine reach it: those of a seed are for this
 * machine alone.
 *
 * @param part which cluster of the process
 */
export function keysOf({ host = '127.0.0.1', seed }: KeyOptions, part = ''): { keys: Keys; isExposed: boolean } {
  const isExposed = !isLoopback(host);
  return { keys: seed === undefined || isExposed ? randomKeys : seededKeys(`${seed} ${part}`), isExposed };
}

interface KeyOptions {
  readonly host?: string;
  readonly seed?: number;
}

/** The certificates of a cluster: those of the data directory, or new ones. */
export function identityOf(options: IdentityOptions): Pki {
  const { clock, random, dataDir, keys = randomKeys } = options;
  if (dataDir === undefined) return createPki({ ...options, keys });
  const file = join(dataDir, PKI_FILE);
  const kept = readPems(file);
  if (kept !== undefined) {
    checkPems(kept, file, 'delete it');
    const { frontProxyCa = frontProxyAuthority({ clock, random, keys }) } = kept;
    const pems: PkiPems = { ...kept, frontProxyCa };
    const pki = identityFrom(pems, file, 'delete the file', options);
    if (!kept.frontProxyCa) writePems(file, pems);
    return pki;
  }
  const pki = createPki({ ...options, keys });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writePems(file, pemsOf(pki));
  return pki;
}

/** Those that all servers on the same storage have: the first one makes them. */
export async function sharedIdentity(
  options: IdentityOptions,
  share: (name: string, make: () => string) => Promise<string>,
): Promise<Pki> {
  const { keys = randomKeys } = options;
  const text = await share(SHARED, () => JSON.stringify(pemsOf(createPki({ ...options, keys }))));
  const place = `${SHARED} in etcd`;
  const remedy = 'delete that key';
  const pems = pemsFrom(text, place, remedy);
  checkPems(pems, place, remedy);
  return identityFrom(pems as PkiPems, place, remedy, options);
}

/** @throws Error where others reach this server, and keys that everybody can know */
function identityFrom(pems: PkiPems, place: string, remedy: string, options: IdentityOptions): Pki {
  const { clock, random, names, isExposed = false, keys = randomKeys } = options;
  if (isExposed && isInsecureCa(pems.ca.cert))
    throw new Error(
      `${place}: these keys come from --seed, so that everybody can know them, and others reach this server: ` +
        `listen on 127.0.0.1, or ${remedy} to get new keys (old kubeconfigs stop working)`,
    );
  const pki = loadPki(pems, { clock, random, keys });
  // Names may have been added since: the serving certificate is signed anew by the same CA.
  return { ...pki, serving: pki.servingCertificate(names) };
}

const pemsOf = ({ ca, serving, tokenKey, frontProxyCa }: Pki): PkiPems => ({ ca, serving, tokenKey, frontProxyCa });

/** What may be in a file of an earlier version. */
type KeptPems = Omit<PkiPems, 'frontProxyCa'> & Partial<PkiPems>;

function writePems(file: string, pems: PkiPems): void {
  try {
    writeWhole(file, `${JSON.stringify(pems, null, 2)}\n`);
  } catch (error) {
    throw unusableDirectory(dirname(file), error);
  }
}

function readPems(file: string): KeptPems | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return pemsFrom(text, file, 'delete it');
}

function pemsFrom(text: string, place: string, remedy: string): KeptPems {
  try {
    return JSON.parse(text) as KeptPems;
  } catch {
    throw unusable(place, 'this is no JSON', remedy);
  }
}

const unusable = (place: string, what: string, remedy: string): Error =>
  new Error(`${place}: ${what}: restore it, or ${remedy} to get new certificates (old kubeconfigs stop working)`);

/** Looks at what was kept before it is used. @throws Error that names the field that is not right */
function checkPems(given: unknown, place: string, remedy: string): void {
  const pems = (given ?? {}) as Readonly<Record<string, unknown>>;
  const { tokenKey, frontProxyCa } = pems;
  const pairs = ['ca', 'serving', ...(frontProxyCa === undefined ? [] : ['frontProxyCa'])];
  const problem =
    pairs.map((name) => pairProblem(name, pems[name])).find((found) => found !== undefined) ??
    (parsed(() => createPrivateKey(textOf(tokenKey))) ? undefined : 'tokenKey is no private key (PEM)');
  if (problem !== undefined) throw unusable(place, problem, remedy);
}

function pairProblem(name: string, given: unknown): string | undefined {
  const { key, cert } = (given ?? {}) as { readonly key?: unknown; readonly cert?: unknown };
  const certificate = parsed(() => new X509Certificate(textOf(cert)));
  if (!certificate) return `${name}.cert is no certificate (PEM)`;
  const privateKey = parsed(() => createPrivateKey(textOf(key)));
  if (!privateKey) return `${name}.key is no private key (PEM)`;
  return certificate.checkPrivateKey(privateKey) ? undefined : `${name}.key does not belong to ${name}.cert`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
