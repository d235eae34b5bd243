import { parseGoDuration } from '../../../go-duration.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { IdentityError, loadIdentity } from '../../shell/programs/tls.ts';
import { readFlags } from '../flags.ts';
import { forever, goDuration, goJson, log, quoted } from '../go-program.ts';
import { type HttpCall, hostAndPort, sendText, serveHttp } from '../http-server.ts';
import { formOf } from './form.ts';
import { serveCommands } from './netexec-datagrams.ts';
import { dialPage } from './netexec-dial.ts';
import { shellPage } from './netexec-shell.ts';
import { uploadPage } from './netexec-upload.ts';

/** How the server stands. */
interface Server {
  readonly process: Process;
  readonly port: number;
  readonly isReady: boolean;
  isToldToEnd: boolean;
}

type Page = (server: Server, call: HttpCall, value: (name: string) => string) => Promise<void> | void;

const PAGES: Readonly<Record<string, Page>> = {
  '/': async ({ process }, call) => {
    await log(process, 'GET /');
    const time = new Date(process.machine.clock.now()).toISOString().replace('T', ' ').replace('Z', '');
    sendText(call, `NOW: ${time} +0000 UTC`);
  },
  '/clientip': async ({ process }, call) => {
    await log(process, 'GET /clientip');
    sendText(call, hostAndPort(call.remote));
  },
  '/serverport': async ({ process, port }, call) => {
    await log(process, 'GET /serverport');
    sendText(call, String(port));
  },
  '/hostname': hostname('/hostname'),
  '/hostName': hostname('/hostName'),
  '/header': header,
  '/echo': echo,
  '/envvar': variable,
  '/redirect': redirect,
  '/healthz': async ({ process, isReady }, call) => {
    await log(process, 'GET /healthz');
    sendText(call, '', isReady ? 200 : 412);
  },
  '/readyz': async ({ process, isReady, isToldToEnd }, call) => {
    await log(process, 'GET /readyz');
    if (isToldToEnd) sendText(call, 'shutting down', 503);
    else sendText(call, isReady ? 'ok' : '', isReady ? 200 : 412);
  },
  '/shutdown': async ({ process }) => {
    await log(process, 'GET /shutdown');
    process.end(0);
  },
  '/exit': exit,
  '/dial': ({ process }, call) => dialPage(process, call),
  '/shell': ({ process }, call, value) => shellPage(process, call, value('shellCommand') || value('cmd')),
  '/upload': ({ process }, call) => uploadPage(process, call),
};

/** Serves pages that tests of networks ask: who answers, who asked, what another pod answers. */
export const netexec: Program = async (process, args) => {
  const { flags } = readFlags(args, {
    'http-port': 8080,
    'udp-port': 8081,
    'sctp-port': -1,
    'tls-cert-file': '',
    'tls-private-key-file': '',
    'http-override': '',
    'udp-listen-addresses': '',
    'delay-shutdown': 0,
  });
  const port = flags['http-port'];
  const isReady = flags['udp-port'] !== -1 || flags['sctp-port'] !== -1;
  const server: Server = { process, port, isReady, isToldToEnd: false };
  const delayMs = flags['delay-shutdown'] * 1000;
  process.handlers.set('TERM', () => {
    if (server.isToldToEnd) return;
    server.isToldToEnd = true;
    void process.thread(async () => {
      if (delayMs > 0) {
        await log(process, `Sleeping ${delayMs / 1000} seconds before terminating...`);
        await process.sleep(delayMs);
      }
      process.end(0);
    });
  });
  const override = flags['http-override'];
  const [certFile, keyFile] = [flags['tls-cert-file'], flags['tls-private-key-file']];
  const handle = (call: HttpCall): Promise<void> => {
    if (override === '') return answer(server, call);
    const [path = '/', query = ''] = override.split(/\?(.*)/s);
    return answer(server, { ...call, path, query: new URLSearchParams(query), body: async () => Buffer.alloc(0) });
  };
  await log(process, `Started ${certFile === '' ? 'HTTP' : 'HTTPS'} server on port ${port}`);
  try {
    serveHttp(process, port, handle, certFile === '' ? undefined : await loadIdentity(process, certFile, keyFile));
  } catch (error) {
    if (error instanceof IdentityError) {
      await log(process, error.message);
      return 1;
    }
    if (!(error instanceof SystemError)) throw error;
    await log(process, `listen tcp :${port}: bind: address already in use`);
    return 1;
  }
  if (flags['sctp-port'] !== -1) await log(process, 'SCTP is not simulated');
  const udpPort = flags['udp-port'];
  if (udpPort === -1) return forever(process);
  try {
    serveCommands(process, udpPort);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await log(process, `failed to create listener for UDP address :${udpPort}: bind: address already in use`);
    return 1;
  }
  await log(process, `Started UDP server on port  ${udpPort}`);
  return forever(process);
};

async function answer(server: Server, call: HttpCall): Promise<void> {
  const page = Object.hasOwn(PAGES, call.path) ? PAGES[call.path] : PAGES['/'];
  // Files are read where they are wanted; everybody else may send values in the body.
  const form = call.path === '/upload' || call.path === '/dial' ? call.query : await formOf(call);
  await page?.(server, call, (name) => form.get(name) ?? '');
}

function hostname(path: string): Page {
  return async ({ process }, call) => {
    await log(process, `GET ${path}`);
    sendText(call, process.machine.hostname);
  };
}

const headerName = (name: string): string => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());

async function header(...[{ process }, call, value]: Parameters<Page>): Promise<void> {
  const key = value('key');
  await log(process, key === '' ? 'GET /header' : `GET /header?key=${key}`);
  const { headersDistinct } = call.request;
  if (key !== '') return sendText(call, headersDistinct[key.toLowerCase()]?.[0] ?? '');
  const all: Record<string, readonly string[] | undefined> = {};
  for (const [name, values] of Object.entries(headersDistinct)) if (name !== 'host') all[headerName(name)] = values;
  sendText(call, goJson(all));
}

async function echo(...[{ process }, call, value]: Parameters<Page>): Promise<void> {
  const [text, code] = [value('msg'), value('code')];
  await log(process, `GET /echo?msg=${text}&code=${code}`);
  if (code === '') return sendText(call, text);
  if (!/^[+-]?\d+$/.test(code))
    return sendText(call, `argument 'code' must be an integer or empty, got ${quoted(code)}\n`);
  sendText(call, text, Number(code));
}

async function variable(...[{ process }, call, value]: Parameters<Page>): Promise<void> {
  const name = value('var');
  if (name === '') return sendText(call, "'var' query parameter is required\n", 400);
  await log(process, `GET /envvar?var=${name}`);
  const found = process.env.get(name);
  if (found === undefined) return sendText(call, `env var ${quoted(name)} is not set\n`, 500);
  sendText(call, Buffer.from(found, 'latin1').toString());
}

async function redirect(...[{ process }, call, value]: Parameters<Page>): Promise<void> {
  const [location, code] = [value('location'), value('code')];
  await log(process, `${call.request.method} /redirect?msg=${location}&code=${code}`);
  if (code !== '' && !/^[+-]?\d+$/.test(code))
    return sendText(call, `argument 'code' must be an integer or empty, got ${quoted(code)}\n`);
  call.response.writeHead(code === '' ? 302 : Number(code), { location, 'content-length': 0 });
  call.response.end();
}

async function exit(...[{ process }, call, value]: Parameters<Page>): Promise<void> {
  const [code, timeout, wait] = [value('code'), value('timeout'), value('wait')];
  await log(process, `GET /exit?code=${code}&timeout=${timeout}&wait=${wait}`);
  for (const [name, text] of Object.entries({ timeout, wait }))
    if (text !== '' && parseGoDuration(text) === undefined)
      return sendText(call, `argument '${name}' must be a valid golang duration or empty, got ${quoted(text)}\n`);
  if (code !== '' && !/^[+-]?\d+$/.test(code))
    return sendText(call, `argument 'code' must be an integer [0-127] or empty, got ${quoted(code)}\n`);
  const [waitMs, timeoutMs] = [parseGoDuration(wait) ?? 0, parseGoDuration(timeout) ?? 0];
  await log(
    process,
    `Will begin shutdown in ${goDuration(waitMs)}, allowing ${goDuration(timeoutMs)} for connections to close, ` +
      `then will exit with ${Number(code)}`,
  );
  if (waitMs > 0) await process.sleep(waitMs);
  if (timeoutMs === 0) process.end(Number(code) & 255);
  sendText(call, '');
  await log(process, 'Graceful shutdown completed with: <nil>');
  process.end(Number(code) & 255);
}
