import { SystemError } from '../../machine/errno.ts';
import type { Program } from '../../machine/program.ts';
import { readFlags } from '../flags.ts';
import { forever, goJson, log } from '../go-program.ts';
import { sendText, serveHttp } from '../http-server.ts';

/** Serves the values of variables that are named after ports: `SERVE_PORT_80`. */
export const porter: Program = async (process, args) => {
  const { flags } = readFlags(args, { 'json-response': false });
  for (const [name, value] of process.env) {
    const [, kind = '', port = ''] = /^SERVE_(?:(TCP|UDP|TLS|SCTP)_)?PORT_(\d+)$/.exec(name) ?? [];
    if (port === '') continue;
    if (kind !== '' && kind !== 'TCP') {
      await log(process, `${kind} on port ${port} is not simulated`);
      continue;
    }
    const text = Buffer.from(value, 'latin1').toString();
    try {
      serveHttp(process, Number(port), (call) => {
        const isJson = flags['json-response'];
        const json = goJson({ Method: call.request.method, Body: text });
        sendText(call, isJson ? json : text, 200, isJson ? 'application/json' : undefined);
      });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await log(process, `server on port "${port}" failed: listen tcp 0.0.0.0:${port}: bind: address already in use`);
    }
  }
  return forever(process);
};
