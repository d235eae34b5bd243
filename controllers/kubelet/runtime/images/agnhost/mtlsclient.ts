import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { readText } from '../../shell/programs/tls.ts';
import { readFlags } from '../flags.ts';
import { klog, log } from '../go-program.ts';
import { askInCluster, GoError, openFault } from '../in-cluster.ts';

const PAUSE_MS = 10_000;

/** Asks a server every ten seconds, with a certificate of its own. */
export const mtlsclient: Program = async (process, args) => {
  const { flags } = readFlags(args, { 'fetch-url': '', 'server-trust-bundle': '', 'client-cred-bundle': '' });
  const { 'fetch-url': url, 'server-trust-bundle': trust, 'client-cred-bundle': credentials } = flags;
  if (url === '' || trust === '' || credentials === '') {
    await process.complain('Error: missing required flags');
    return 1;
  }
  for (;;) {
    await process.sleep(PAUSE_MS);
    try {
      const caBundle = await read(process, trust, 'service trust bundle');
      const bundle = await read(process, credentials, 'client credential bundle');
      const answer = await askInCluster(process, { url, caBundle, clientCertificate: identityIn(bundle) });
      if (answer.status >= 300) throw new GoError(`non-2xx status ${answer.status}`);
      await log(process, `Got response body: ${answer.text}`);
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      await klog(process, 'E', 'client.go:75', `while sending requests to the server: ${error.message}`);
    }
  }
};

async function read(process: Process, path: string, what: string): Promise<string> {
  try {
    return await readText(process, path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new GoError(`while reading ${what}: ${openFault(path, error)}`);
  }
}

/** One file holds both. @throws GoError */
function identityIn(bundle: string): { readonly key: string; readonly cert: string } {
  if (!bundle.includes('-----BEGIN PRIVATE KEY-----')) throw new GoError('client credential bundle had no private key');
  if (!bundle.includes('-----BEGIN CERTIFICATE-----'))
    throw new GoError('client credential bundle had no certificates');
  return { key: bundle, cert: bundle };
}
