import type { TLSSocket } from 'node:tls';
import { certificatesOf } from '../../../../../server/kube/tls/certificate-faults.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { IdentityError, loadIdentity, readText } from '../../shell/programs/tls.ts';
import { readFlags } from '../flags.ts';
import { forever, log } from '../go-program.ts';
import { type HttpCall, sendText, serveHttp } from '../http-server.ts';
import { openFault } from '../in-cluster.ts';

/** Tells clients who they are by the SPIFFE name in their certificates. */
export const mtlsserver: Program = async (process, args) => {
  const { flags } = readFlags(args, { listen: '', 'server-creds': '', 'spiffe-trust-bundle': '' });
  const { listen, 'server-creds': credentials, 'spiffe-trust-bundle': trust } = flags;
  const fail = async (text: string): Promise<number> => {
    await process.complain(`Error: error while serving: ${text}`);
    return 1;
  };
  const clientCa = await read(process, trust);
  if (clientCa instanceof SystemError) return fail(`while reading SPIFFE trust anchors: ${openFault(trust, clientCa)}`);
  if (certificatesOf(clientCa).length === 0) return fail('failed to append client certs from PEM');
  try {
    const identity = await loadIdentity(process, credentials, credentials);
    serveHttp(process, Number(/:(\d+)$/.exec(listen)?.[1] ?? 443), (call) => answer(process, call), {
      ...identity,
      clientCa,
    });
  } catch (error) {
    if (error instanceof IdentityError) return fail(`while loading server key pair: ${error.message}`);
    if (!(error instanceof SystemError)) throw error;
    return fail(`while listening: listen tcp ${listen}: bind: address already in use`);
  }
  return forever(process);
};

async function read(process: Process, path: string): Promise<string | SystemError> {
  try {
    return await readText(process, path);
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
}

async function answer(process: Process, call: HttpCall): Promise<void> {
  if (call.path !== '/spiffe-echo') return sendText(call, '404 page not found\n', 404);
  const socket = call.request.socket as TLSSocket;
  const certificate = socket.getPeerX509Certificate();
  const isKnown = certificate !== undefined && socket.authorized;
  if (certificate && !isKnown)
    await log(process, `Error while verifying SPIFFE client certificate: ${String(socket.authorizationError)}`);
  if (!certificate || !isKnown) return sendText(call, 'SPIFFE client certificate authentication required\n', 401);
  const names = (certificate.subjectAltName ?? '').split(', ').filter((name) => name.startsWith('URI:'));
  if (names.length === 1) return sendText(call, `Client Identity: ${names[0]?.slice('URI:'.length)}`);
  await log(process, `SPIFFE client certificate did not have 1 URI SAN, count: ${names.length}`);
  return sendText(call, 'Malformed SPIFFE certificate\n', 401);
}
