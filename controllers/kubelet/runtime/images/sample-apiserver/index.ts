/** Upstream's sample API server (k8s.io/sample-apiserver), which extends the cluster that its pod runs in. */
import type { AskExtended } from '../../../../../server/kube/extension-server.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { dial, networkOf } from '../../shell/programs/network.ts';
import { IdentityError, loadIdentity } from '../../shell/programs/tls.ts';
import { FlagError, readFlags } from '../flags.ts';
import { endsWell, forever, goError, klog } from '../go-program.ts';
import { askInCluster, GoError, type InCluster, inCluster, tokenOf } from '../in-cluster.ts';
import { listenFor } from '../listen.ts';
import { HINT, readClients } from './clients.ts';
import { WARDLE } from './wardle.ts';

const ETCD_TRIES = 20;
const ETCD_PAUSE_MS = 1000;

/** Those of upstream's flags that are known here; others are refused. Without a policy no audit log is written. */
const FLAGS = {
  'etcd-servers': '',
  'secure-port': 443,
  'bind-address': '0.0.0.0',
  'tls-cert-file': '',
  'tls-private-key-file': '',
  'audit-log-path': '',
  'audit-log-maxage': 0,
  'audit-log-maxbackup': 0,
  'feature-gates': '',
} as const;

export const sampleApiserver: Program = async (process, args) => {
  endsWell(process);
  try {
    const { flags } = readFlags(args, FLAGS);
    await serve(process, flags);
    return await forever(process);
  } catch (error) {
    if (!(error instanceof FlagError || error instanceof GoError || error instanceof IdentityError)) throw error;
    await process.complain(`Error: ${error.message}`);
    return 1;
  }
};

interface ServeFlags {
  readonly 'etcd-servers': string;
  readonly 'secure-port': number;
  readonly 'tls-cert-file': string;
  readonly 'tls-private-key-file': string;
}

async function serve(process: Process, flags: ServeFlags): Promise<void> {
  const { extensionServers } = networkOf(process);
  if (!extensionServers) throw new GoError('API servers in pods are only simulated by a kubelet inside of the server');
  if (flags['etcd-servers'] === '') throw new GoError('--etcd-servers must be specified');
  if (flags['tls-cert-file'] === '')
    throw new GoError('certificates of its own are not simulated: --tls-cert-file must be specified');
  const tls = await loadIdentity(process, flags['tls-cert-file'], flags['tls-private-key-file']);
  const ask = askerOf(process, await inCluster(process));
  const clients = await clientsOf(process, ask);
  for (const server of flags['etcd-servers'].split(',')) await waitForEtcd(process, server);
  const server = await process.block(extensionServers({ kinds: WARDLE, clients, tls, ask }));
  const port = flags['secure-port'];
  try {
    listenFor(process, port, (connection) => server.accept(connection));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new GoError(
      `failed to create listener: failed to listen on 0.0.0.0:${port}: listen tcp 0.0.0.0:${port}: ` +
        'bind: address already in use',
    );
  }
  void process.ended.wait().then(() => server.close());
  await klog(process, 'I', 'secure_serving.go:211', `Serving securely on [::]:${port}`);
}

/** Asks beside what the process does: requests come to the server at any time. */
function askerOf(process: Process, { server, caBundle }: InCluster): AskExtended {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const ask = async (): Promise<void> => {
        try {
          const token = await tokenOf(process);
          const text = body && { body: JSON.stringify(body) };
          resolve(await askInCluster(process, { method, url: server + path, token, caBundle, ...text }));
        } catch (error) {
          reject(error as Error);
        }
      };
      void process.thread(ask);
    });
}

async function clientsOf(process: Process, ask: AskExtended): ReturnType<typeof readClients> {
  try {
    return await process.block(readClients(ask));
  } catch (error) {
    if (error instanceof GoError && error.message.includes('forbidden'))
      await klog(process, 'W', 'requestheader_controller.go:204', HINT);
    throw error;
  }
}

/** What is stored lies in this process, but a server whose etcd is not there does not serve. @throws GoError */
async function waitForEtcd(process: Process, url: string): Promise<void> {
  if (!URL.canParse(url)) throw new GoError(`parse ${JSON.stringify(url)}: invalid URI for request`);
  const { hostname, port } = new URL(url);
  for (let tried = 1; ; tried++) {
    try {
      const host = hostname.replace(/^\[|\]$/g, '');
      (await dial(process, host, Number(port || 2379), ETCD_PAUSE_MS)).destroy();
      return;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (tried >= ETCD_TRIES) throw new GoError('context deadline exceeded');
      const cause = `transport: Error while dialing: dial tcp ${hostname}:${port}: connect: ${goError(error.message)}`;
      const text = `addrConn.createTransport failed to connect: connection error: desc = ${JSON.stringify(cause)}`;
      await klog(process, 'W', 'logging.go:59', `[core] grpc: ${text}`);
      await process.sleep(ETCD_PAUSE_MS);
    }
  }
}
