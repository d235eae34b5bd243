/** etcd, as far as its clients need it to be there: what they keep is kept by themselves, and gRPC is not spoken. */
import type { TlsIdentity } from '../../../../server/kube/tls/secure-server.ts';
import { SystemError } from '../machine/errno.ts';
import type { Process } from '../machine/process.ts';
import type { Program } from '../machine/program.ts';
import { IdentityError, loadIdentity } from '../shell/programs/tls.ts';
import { endsWell, forever } from './go-program.ts';
import { type HttpCall, sendText, serveHttp } from './http-server.ts';

const VERSION = '3.6.6';
const PORT = 2379;

/** A flag or the variable that stands for it. Others than those that are asked for change nothing here. */
function settingOf(process: Process, args: readonly string[], name: string): string | undefined {
  for (const [at, word] of args.entries()) {
    const [, given, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (given === name) return value ?? args[at + 1] ?? '';
  }
  return process.env.get(`ETCD_${name.toUpperCase().replaceAll('-', '_')}`);
}

export const etcd: Program = async (process, args) => {
  const setting = (name: string): string | undefined => settingOf(process, args, name);
  const say = (level: string, msg: string): Promise<void> =>
    process.complain(JSON.stringify({ level, ts: new Date(process.machine.clock.now()).toISOString(), msg }));
  endsWell(process);
  if (args.some((word) => /^--?version$/.test(word))) {
    await process.print(`etcd Version: ${VERSION}\n`);
    return 0;
  }
  await say('warn', 'gRPC is not simulated: no key can be read or written here');
  try {
    for (const text of (setting('listen-client-urls') ?? `http://localhost:${PORT}`).split(',')) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url) {
        await say('fatal', `parse ${JSON.stringify(text)}: invalid URI for request`);
        return 1;
      }
      const isSecret = url.protocol === 'https:';
      const identity = isSecret ? await identityOf(process, setting) : undefined;
      serveHttp(process, Number(url.port || PORT), answer, identity);
      await say('info', `serving client traffic ${isSecret ? 'securely' : 'insecurely'} at ${url.host}`);
    }
  } catch (error) {
    if (!(error instanceof SystemError || error instanceof IdentityError)) throw error;
    await say('fatal', `discovery failed: ${error.message}`);
    return 1;
  }
  return forever(process);
};

const identityOf = (
  process: Process,
  setting: (name: string) => string | undefined,
): Promise<Pick<TlsIdentity, 'cert' | 'key'>> =>
  loadIdentity(process, setting('cert-file') ?? '', setting('key-file') ?? '');

const PAGES: Readonly<Record<string, object>> = {
  '/health': { health: 'true', reason: '' },
  '/version': { etcdserver: VERSION, etcdcluster: '3.6.0', storage: '3.6.0' },
};

function answer(call: HttpCall): void {
  const page = Object.hasOwn(PAGES, call.path) ? PAGES[call.path] : undefined;
  if (page) sendText(call, JSON.stringify(page), 200, 'application/json');
  else sendText(call, '404 page not found\n', 404);
}
