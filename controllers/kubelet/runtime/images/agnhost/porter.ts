import type { TlsIdentity } from '../../../../../server/kube/tls/secure-server.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { serveDatagrams } from '../../shell/programs/datagrams.ts';
import { IdentityError, loadIdentity } from '../../shell/programs/tls.ts';
import { readFlags } from '../flags.ts';
import { forever, goJsonInOrder, log, quoted } from '../go-program.ts';
import { type HttpCall, sendText, serveHttp } from '../http-server.ts';

const certFile = ({ env }: Process): string => env.get('CERT_FILE') || 'localhost.crt';
const keyFile = ({ env }: Process): string => env.get('KEY_FILE') || 'localhost.key';
const identity = (process: Process): Promise<TlsIdentity> => loadIdentity(process, certFile(process), keyFile(process));

/** Serves the values of variables that are named after ports: `SERVE_PORT_80`. */
export const porter: Program = async (process, args) => {
  const { flags } = readFlags(args, { 'json-response': false });
  for (const [name, value] of process.env) {
    const [, kind = '', port = ''] = /^SERVE_(?:(TCP|UDP|TLS|SCTP)_)?PORT_(\d+)$/.exec(name) ?? [];
    if (port === '') continue;
    const text = Buffer.from(value, 'latin1').toString();
    if (kind === 'UDP') {
      if (!(await serveUdp(process, Number(port), text))) return 1;
      continue;
    }
    if (kind === 'SCTP') {
      await log(process, `${kind} on port ${port} is not simulated`);
      continue;
    }
    const serve = (call: HttpCall): void => {
      const isJson = flags['json-response'];
      const json = goJsonInOrder({ Method: call.request.method, Body: text });
      sendText(call, isJson ? json : text, 200, isJson ? 'application/json' : undefined);
    };
    try {
      serveHttp(process, Number(port), serve, kind === 'TLS' ? await identity(process) : undefined);
    } catch (error) {
      if (error instanceof IdentityError) {
        const files = `certFile=${quoted(certFile(process))}, keyFile=${quoted(keyFile(process))}`;
        await log(process, `tls server on port ${quoted(port)} with ${files} failed: ${error.message}`);
        continue;
      }
      if (!(error instanceof SystemError)) throw error;
      await log(process, `server on port "${port}" failed: listen tcp 0.0.0.0:${port}: bind: address already in use`);
    }
  }
  return forever(process);
};

/** Answers whatever it is sent with the value. @returns whether the port is free */
async function serveUdp(process: Process, port: number, text: string): Promise<boolean> {
  try {
    serveDatagrams(process, port, () => text);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await log(process, `UDP: failed to listen on port ${port}: bind: address already in use`);
    return false;
  }
  await log(process, `Started UDP server on port ${port}`);
  return true;
}
