import type { SecureAccept } from '../../../../../server/kube/tls/secure-server.ts';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { type HttpCall, serveHttp } from '../http-server.ts';
import { ConfigError, type Directive, readConfig } from './config.ts';
import { VERSION } from './pages.ts';
import { type Secrets, secretsOf } from './secrets.ts';
import { serve } from './serve.ts';
import { inherited, type Server, serverFor, serversOf } from './servers.ts';

const CONFIG = '/etc/nginx/nginx.conf';
/** Port in use: how often, and how long between, nginx tries again. */
const TRIES = 5;
const TRY_AGAIN_MS = 500;

interface Options {
  readonly config: string;
  readonly isTest: boolean;
  readonly signal: string | undefined;
  readonly version: boolean;
}

function optionsOf(args: readonly string[]): Options | string {
  let config = CONFIG;
  let [isTest, version] = [false, false];
  let signal: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '-c') config = args[++at] ?? '';
    else if (word === '-s') signal = args[++at];
    else if (word === '-t' || word === '-T') isTest = true;
    else if (word === '-v' || word === '-V') version = true;
    else if (word === '-g' || word === '-e' || word === '-p') at++;
    else if (word !== '-q') return `nginx: invalid option: "${word}"`;
  }
  return { config, isTest, signal, version };
}

const dateOf = (process: Process): string => new Date(process.machine.clock.now()).toISOString();

function notice(process: Process, level: string, text: string): Promise<void> {
  const time = dateOf(process).slice(0, 19).replace('T', ' ').replaceAll('-', '/');
  return process.complain(`${time} [${level}] ${process.pid}#${process.pid}: ${text}`);
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A line of the access log, in the format that is called combined. */
function accessLine(process: Process, { request, remote }: HttpCall, status: number, bytes: number): string {
  const time = dateOf(process);
  const date = `${time.slice(8, 10)}/${MONTHS[Number(time.slice(5, 7)) - 1]}/${time.slice(0, 4)}:${time.slice(11, 19)}`;
  const header = (name: 'referer' | 'user-agent' | 'x-forwarded-for'): string => String(request.headers[name] ?? '-');
  const asked = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  return (
    `${remote.address} - - [${date} +0000] "${asked}" ${status} ${bytes} "${header('referer')}" ` +
    `"${header('user-agent')}" "${header('x-forwarded-for')}"\n`
  );
}

async function answer(process: Process, call: HttpCall, servers: readonly Server[], port: number): Promise<void> {
  const host = (call.request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const server = serverFor(servers, port, host);
  const { status, body, headers } = await serve(process, call, server, port);
  const { request, response } = call;
  const isBare = request.method === 'HEAD' || status === 204 || status === 304;
  response.writeHead(status, {
    ...headers,
    ...(status !== 204 && status !== 304 && { 'content-length': body.length }),
  });
  response.end(isBare ? undefined : body);
  if (inherited(server, 'access_log')[0]?.args[0] === 'off') return;
  await process.print(accessLine(process, call, status, isBare ? 0 : body.length));
}

/** nginx: files, answers and other servers, by its configuration. */
export const nginx: Program = async (process, args) => {
  const options = optionsOf(args);
  if (typeof options === 'string') {
    await process.complain(options);
    return 1;
  }
  if (options.version) {
    await process.complain(`nginx version: ${VERSION}`);
    return 0;
  }
  let config: readonly Directive[];
  let site: Site;
  try {
    config = readConfig(process, options.config);
    site = await siteOf(process, config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (options.isTest) await process.complain(`nginx: [emerg] ${error.message}`);
    else await notice(process, 'emerg', error.message);
    if (options.isTest) await process.complain(`nginx: configuration file ${options.config} test failed`);
    return 1;
  }
  if (options.signal !== undefined) return tell(process, options.signal, pidFile(config));
  if (options.isTest) {
    await process.complain(`nginx: the configuration file ${options.config} syntax is ok`);
    await process.complain(`nginx: configuration file ${options.config} test is successful`);
    return 0;
  }
  return run(process, options.config, pidFile(config), site);
};

/** What is served, and how. */
interface Site {
  readonly servers: readonly Server[];
  readonly secrets: Secrets;
}

/** @throws ConfigError */
async function siteOf(process: Process, config: readonly Directive[]): Promise<Site> {
  const servers = serversOf(config);
  return { servers, secrets: await secretsOf(process, servers) };
}

/** Where the process that runs says its number. */
const pidFile = (config: readonly Directive[]): string =>
  config.find(({ name }) => name === 'pid')?.args[0] ?? '/run/nginx.pid';

/** `nginx -s stop`: a signal for the one that runs. */
async function tell(process: Process, word: string, file: string): Promise<number> {
  const signal = { stop: 'TERM', quit: 'QUIT', reload: 'HUP', reopen: 'USR1' }[word];
  if (signal === undefined) {
    await process.complain(`nginx: invalid option: "-s ${word}"`);
    return 1;
  }
  const node = process.view.tryFind(file, process)?.node;
  const pid = node?.kind === 'file' ? Number(node.read(0, 20).toString()) : 0;
  const running = process.machine.processes.get(pid);
  if (!running) {
    await process.complain(`nginx: [error] open() "${file}" failed (2: No such file or directory)`);
    return 1;
  }
  running.signal(signal as 'TERM' | 'QUIT' | 'HUP' | 'USR1');
  return 0;
}

async function run(process: Process, config: string, pidPath: string, first: Site): Promise<number> {
  let { servers, secrets } = first;
  const taken = new Set<number>();
  const listenAll = (): void => {
    for (const port of new Set(servers.flatMap(({ ports }) => ports))) {
      if (taken.has(port)) continue;
      // What is shown may be another certificate after a reload; whether TLS is spoken stays as it is.
      const secure: SecureAccept = (connection, secured) => secrets.get(port)?.(connection, secured);
      const isSecret = secrets.has(port);
      serveHttp(process, port, (call) => answer(process, call, servers, port), isSecret ? secure : undefined);
      taken.add(port);
    }
  };
  for (const signal of ['TERM', 'QUIT', 'INT'] as const)
    process.handlers.set(signal, () => void process.thread(() => end(process, signal)));
  process.handlers.set('HUP', () => {
    void process.thread(async () => {
      await notice(process, 'notice', 'signal 1 (SIGHUP) received, reconfiguring');
      try {
        ({ servers, secrets } = await siteOf(process, readConfig(process, config)));
        listenAll();
      } catch (error) {
        if (!(error instanceof ConfigError) && !(error instanceof SystemError)) throw error;
        await notice(process, 'emerg', error.message);
      }
    });
  });
  for (let tried = 1; ; tried++) {
    try {
      listenAll();
      break;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const port = servers.flatMap(({ ports }) => ports).find((one) => !taken.has(one));
      await notice(process, 'emerg', `bind() to 0.0.0.0:${port} failed (98: Address already in use)`);
      if (tried === TRIES) {
        await notice(process, 'emerg', 'still could not bind()');
        return 1;
      }
      await process.sleep(TRY_AGAIN_MS);
    }
  }
  const file = process.open(pidPath, { write: true, truncate: true, create: 0o644 }).retain();
  await process.writeTo(file, `${process.pid}\n`);
  file.release();
  await notice(process, 'notice', VERSION);
  await notice(process, 'notice', 'start worker processes');
  await process.sleep(Number.POSITIVE_INFINITY);
  return 0;
}

async function end(process: Process, signal: 'TERM' | 'QUIT' | 'INT'): Promise<void> {
  const number = { TERM: 15, QUIT: 3, INT: 2 }[signal];
  await notice(
    process,
    'notice',
    `signal ${number} (SIG${signal}) received, ${signal === 'QUIT' ? 'shutting down' : 'exiting'}`,
  );
  await notice(process, 'notice', 'exit');
  process.end(0);
}
