import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { IdentityError, loadIdentity } from '../../shell/programs/tls.ts';
import { FATAL, forever, klog } from '../go-program.ts';
import { type HttpHandler, serveHttp } from '../http-server.ts';

/** The flags of agnhost's servers that speak TLS only. */
export interface SecretFlags {
  readonly 'tls-cert-file': string;
  readonly 'tls-private-key-file': string;
  readonly port: number;
}

/**
 * Serves HTTPS until the process ends, with a certificate from files.
 *
 * @param at where upstream's program says that it cannot read them
 */
export async function serveSecretly(
  process: Process,
  flags: SecretFlags,
  at: string,
  handle: HttpHandler,
): Promise<number> {
  try {
    const identity = await loadIdentity(process, flags['tls-cert-file'], flags['tls-private-key-file']);
    serveHttp(process, flags.port, handle, identity);
  } catch (error) {
    if (error instanceof IdentityError) {
      await klog(process, 'F', at, error.message);
      return FATAL;
    }
    if (!(error instanceof SystemError)) throw error;
    await process.complain(`panic: listen tcp :${flags.port}: bind: address already in use`);
    return 2;
  }
  return forever(process);
}
