import { errorText } from '../machine/errno.ts';
import type { Program } from '../machine/program.ts';
import { FlagError, readFlags } from './flags.ts';
import { endsWell, forever, log } from './go-program.ts';
import { sendText, serveHttp } from './http-server.ts';

/** github.com/hashicorp/http-echo: one text for every request. */
export const httpEcho: Program = async (process, args) => {
  try {
    const variable = process.env.get('ECHO_TEXT') ?? '';
    const spec = { listen: ':5678', text: variable, 'status-code': 200, version: false } as const;
    const { flags, rest } = readFlags(args, spec, { single: true });
    if (flags.version) {
      await process.complain('http-echo v1.0.0');
      return 0;
    }
    if (flags.text === '') {
      await process.complain('Missing -text option or ECHO_TEXT env var!');
      return 127;
    }
    if (rest.length > 0) {
      await process.complain('Too many arguments!');
      return 127;
    }
    const port = Number(/:(\d+)$/.exec(flags.listen)?.[1]);
    const text = Buffer.from(flags.text, 'latin1').toString();
    serveHttp(process, port, async (call) => {
      const { request, remote } = call;
      call.response.setHeader('x-app-name', 'http-echo');
      call.response.setHeader('x-app-version', '1.0.0');
      sendText(call, `${text}\n`, flags['status-code']);
      const line = `"${request.method} ${request.url} HTTP/${request.httpVersion}" ${flags['status-code']}`;
      const agent = JSON.stringify(request.headers['user-agent'] ?? '');
      const asked = `${request.headers.host ?? ''} ${remote.address}:${remote.port}`;
      await log(process, `${asked} ${line} ${Buffer.byteLength(text) + 1} ${agent} 0s`);
    });
    endsWell(process);
    await log(process, `[INFO] server is listening on ${flags.listen}`);
    return await forever(process);
  } catch (error) {
    if (error instanceof FlagError) await process.complain(`http-echo: ${error.message}`);
    else await process.complain(`[ERR] server exited with: ${errorText(error)}`);
    return 127;
  }
};
