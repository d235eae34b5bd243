import { createHash } from 'node:crypto';
import type { Program } from '../../machine/program.ts';
import { readFlags } from '../flags.ts';
import { klog, log } from '../go-program.ts';
import { askInCluster, GoError, inCluster, tokenOf } from '../in-cluster.ts';

/** Asks the API server how it is, again and again, and tells by a hash which token it shows. */
export const inclusterclient: Program = async (process, args) => {
  const { flags } = readFlags(args, { 'poll-interval': 30 });
  await klog(process, 'I', 'main.go:58', 'started');
  try {
    const { server, caBundle } = await inCluster(process);
    for (;;) {
      await process.sleep(flags['poll-interval'] * 1000);
      await klog(process, 'I', 'main.go:76', 'calling /healthz');
      const token = await tokenOf(process);
      const hash = createHash('sha256').update(`salt|Bearer ${token}`).digest('base64url');
      await klog(process, 'I', 'main.go:93', `authz_header=${hash}`);
      const fault = await healthFault(() => askInCluster(process, { url: `${server}/healthz`, token, caBundle }));
      if (fault === undefined) continue;
      await klog(process, 'E', 'main.go:79', 'status=failed');
      await klog(process, 'E', 'main.go:80', `error checking /healthz: ${fault}`);
    }
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    await log(process, `err: ${error.message}`);
    return 1;
  }
};

async function healthFault(ask: () => ReturnType<typeof askInCluster>): Promise<string | undefined> {
  try {
    const { status, text } = await ask();
    return status < 300
      ? undefined
      : `an error on the server (${JSON.stringify(text)}) has prevented the request\n${text}`;
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    return error.message;
  }
}
