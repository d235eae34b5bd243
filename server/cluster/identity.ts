/** The certificates of a cluster and where they are kept. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPki, frontProxyAuthority, loadPki, type Pki, type PkiPems } from '../auth/certificates.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';

export interface IdentityOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Names and addresses of the server besides the usual ones. */
  readonly names: readonly string[];
  /** Where the keys are kept; without it they are new at every start. */
  readonly dataDir: string | undefined;
}

const PKI_FILE = 'pki.json';

/** The certificates of a cluster: those of the data directory, or new ones. */
export function identityOf({ clock, random, names, dataDir }: IdentityOptions): Pki {
  if (dataDir === undefined) return createPki({ clock, random, names });
  const file = join(dataDir, PKI_FILE);
  const kept = readPems(file);
  if (kept) {
    const { frontProxyCa = frontProxyAuthority({ clock, random }) } = kept;
    const pems: PkiPems = { ...kept, frontProxyCa };
    if (!kept.frontProxyCa) writePems(file, pems);
    const pki = loadPki(pems, { clock, random });
    // Names may have been added since: the serving certificate is signed anew by the same CA.
    return { ...pki, serving: pki.servingCertificate(names) };
  }
  const pki = createPki({ clock, random, names });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writePems(file, { ca: pki.ca, serving: pki.serving, tokenKey: pki.tokenKey, frontProxyCa: pki.frontProxyCa });
  return pki;
}

/** What may be in a file of an earlier version. */
type KeptPems = Omit<PkiPems, 'frontProxyCa'> & Partial<PkiPems>;

function writePems(file: string, pems: PkiPems): void {
  writeFileSync(file, `${JSON.stringify(pems, null, 2)}\n`, { mode: 0o600 });
}

function readPems(file: string): KeptPems | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as KeptPems;
  } catch {
    throw new Error(
      `${file}: this is no JSON: restore it, or delete it to get new certificates (old kubeconfigs stop working)`,
    );
  }
}
