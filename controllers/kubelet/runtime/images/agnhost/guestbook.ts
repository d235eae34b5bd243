import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { fetchOnce } from '../../shell/programs/http.ts';
import { readAll } from '../../shell/programs/input.ts';
import { resolve } from '../../shell/programs/network.ts';
import { readFlags } from '../flags.ts';
import { forever, goJson, log } from '../go-program.ts';
import { type HttpCall, sendText, serveHttp } from '../http-server.ts';

const TIMEOUT_MS = 5000;
const REGISTER_MS = 15_000;
const RETRY_MS = 1000;
const ENTRIES_MAX = 10_000;

/** A book of values, at a primary and its replicas. */
class Book {
  readonly process: Process;
  readonly backendPort: number;
  entries = new Map<string, string>();
  readonly replicas: string[] = [];

  constructor(process: Process, backendPort: number) {
    this.process = process;
    this.backendPort = backendPort;
  }

  async ask(host: string, request: string): Promise<string> {
    const { body, close } = await fetchOnce(this.process, {
      url: new URL(`http://${host}:${this.backendPort}/${request}`),
      method: 'GET',
      headers: [],
      body: undefined,
      connectMs: TIMEOUT_MS,
      totalMs: TIMEOUT_MS,
    });
    const text = (await readAll(this.process, body)).toString();
    body.release();
    close();
    return text;
  }

  /** A replica tells its primary about itself, and learns what is known. */
  async register(primary: string): Promise<boolean> {
    const { process } = this;
    const { clock, hostname } = process.machine;
    for (const startedMs = clock.now(); clock.now() - startedMs < REGISTER_MS; await process.sleep(RETRY_MS)) {
      try {
        const [own = '127.0.0.1'] = await resolve(process, hostname);
        const { data } = JSON.parse(await this.ask(primary, `register?host=${own}`)) as { data: object };
        this.entries = new Map(Object.entries(data));
        await log(process, `Registered to node: ${primary}`);
        return true;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        await log(process, `encountered error while registering to primary: ${error.message}. Retrying in 1s.`);
      }
    }
    await log(process, 'Timed out while registering to primary.');
    return false;
  }

  async set(key: string, value: string): Promise<string | undefined> {
    if (this.entries.size < ENTRIES_MAX) this.entries.set(key, value);
    for (const replica of this.replicas)
      try {
        await this.ask(replica, `set?${new URLSearchParams({ key, value }).toString()}`);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        return `encountered error while propagating to replica '${replica}': ${error.message}`;
      }
    return undefined;
  }
}

/** The guestbook of Kubernetes' examples. */
export const guestbook: Program = async (process, args) => {
  const { flags } = readFlags(args, { 'http-port': '80', 'backend-port': '6379', replicaof: '' });
  const book = new Book(process, Number(flags['backend-port']));
  serveHttp(process, Number(flags['http-port']), (call) => answer(book, call));
  if (flags.replicaof !== '' && !(await book.register(flags.replicaof))) return 1;
  return forever(process);
};

async function answer(book: Book, call: HttpCall): Promise<void> {
  const value = (name: string): string => call.query.get(name) ?? '';
  const [key, text] = [value('key'), value('value')];
  await log(book.process, `GET ${call.request.url ?? ''}`);
  switch (call.path) {
    case '/register':
      book.replicas.push(value('host'));
      return sendText(call, goJson({ data: Object.fromEntries(book.entries) }));
    case '/get':
      return sendText(
        call,
        goJson({ data: key === '' ? Object.fromEntries(book.entries) : (book.entries.get(key) ?? '') }),
      );
    case '/set': {
      if (key === '') return sendText(call, 'cannot set with empty key.\n', 400);
      const failure = await book.set(key, text);
      return failure === undefined
        ? sendText(call, goJson({ message: 'Updated' }))
        : sendText(call, `${failure}\n`, 417);
    }
    case '/guestbook':
      return pass(book, call, value('cmd').toLowerCase(), { key, value: text });
    default:
      return sendText(call, '404 page not found\n', 404);
  }
}

async function pass(book: Book, call: HttpCall, command: string, entry: { key: string; value: string }): Promise<void> {
  if (command !== 'get' && command !== 'set') return sendText(call, `unsupported cmd: '${command}'\n`, 400);
  if (command === 'set' && entry.key === '') return sendText(call, 'cannot set with empty key.\n', 400);
  const host = command === 'get' ? 'agnhost-replica' : 'agnhost-primary';
  try {
    sendText(call, await book.ask(host, `${command}?${new URLSearchParams(entry).toString()}`));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    sendText(call, `encountered error: ${error.message}\n`, 417);
  }
}
