import { STATUS_CODES } from 'node:http';
import { SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { CurlFailed } from './curl-failed.ts';
import { tlsFailure, tlsOf } from './curl-tls.ts';
import { fetchOnce, HostUnknown, type HttpAnswer, type HttpRequest, urlOf } from './http.ts';
import { openInput, readAll } from './input.ts';
import { within } from './network.ts';
import { type Options, readOptions } from './options.ts';
import { HandshakeFailed } from './tls.ts';

const LONG = {
  request: 'X',
  header: 'H',
  data: 'd',
  'data-raw': 'd',
  'data-ascii': 'd',
  'data-binary': 'B',
  'data-urlencode': 'U',
  output: 'o',
  'remote-name': 'O',
  silent: 's',
  'show-error': 'S',
  fail: 'f',
  'fail-with-body': 'f',
  include: 'i',
  head: 'I',
  location: 'L',
  'max-time': 'm',
  'connect-timeout': 'T',
  interface: 'b',
  disable: 'q',
  'write-out': 'w',
  insecure: 'k',
  verbose: 'v',
  user: 'u',
  'user-agent': 'A',
  retry: 'R',
  'retry-delay': 'D',
  'retry-connrefused': 'N',
  'retry-all-errors': 'N',
  resolve: 'r',
  get: 'G',
  ipv4: '4',
  'no-progress-meter': 's',
  compressed: 'z',
  globoff: 'g',
  http1: 'z',
  'http1.1': 'z',
  cacert: 'C',
  cert: 'E',
  key: 'y',
  tlsv1: '1',
  'tlsv1.2': '1',
  'tlsv1.3': '1',
  url: 'l',
} as const;

const REDIRECTS_MAX = 50;

const seconds = (text: string | undefined): number =>
  text === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(text)) * 1000;

/** `@file` is read, `-` is standard input. */
async function dataOf(process: Process, text: string, isBinary: boolean): Promise<Buffer> {
  if (!text.startsWith('@')) return Buffer.from(text, 'latin1');
  const file = openInput(process, text.slice(1));
  try {
    const data = await readAll(process, file);
    return isBinary ? data : Buffer.from(data.toString('latin1').replace(/[\r\n]/g, ''), 'latin1');
  } finally {
    file.release();
  }
}

async function bodyOf(process: Process, options: Options): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (const text of options.all('d')) parts.push(await dataOf(process, text, false));
  for (const text of options.all('B')) parts.push(await dataOf(process, text, true));
  for (const text of options.all('U')) {
    const [name, value] = text.includes('=') ? text.split(/=(.*)/s) : ['', text];
    parts.push(Buffer.from(`${name === '' ? '' : `${name}=`}${encodeURIComponent(value ?? '')}`));
  }
  if (parts.length === 0) return undefined;
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from('&'), part])));
}

async function requestOf(process: Process, options: Options, url: URL): Promise<HttpRequest> {
  const body = await bodyOf(process, options);
  const sendsQuery = options.has('G');
  if (sendsQuery && body) url.search += `${url.search === '' ? '?' : '&'}${body.toString('latin1')}`;
  const headers: [string, string][] = [
    ['User-Agent', options.value('A') ?? 'curl/8.5.0'],
    ['Accept', '*/*'],
  ];
  const user = options.value('u');
  if (user !== undefined) headers.push(['Authorization', `Basic ${Buffer.from(user, 'latin1').toString('base64')}`]);
  if (body && !sendsQuery) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  for (const text of options.all('H')) {
    const [name = '', value = ''] = text.split(/:\s*(.*)/s);
    const at = headers.findIndex(([known]) => known.toLowerCase() === name.toLowerCase());
    if (at >= 0) headers.splice(at, 1);
    if (value !== '') headers.push([name, value]);
  }
  if (body && !sendsQuery) headers.push(['Content-Length', String(body.length)]);
  const method = options.value('X') ?? (options.has('I') ? 'HEAD' : body && !sendsQuery ? 'POST' : 'GET');
  const [, address] =
    options
      .all('r')
      .map((text) => /^[^:]+:\d+:(.*)$/.exec(text))
      .find(Boolean) ?? [];
  const totalMs = seconds(options.value('m'));
  return {
    url,
    method,
    headers,
    body: sendsQuery ? undefined : body,
    connectMs: Math.min(totalMs, seconds(options.value('T'))),
    totalMs,
    address,
    ...(url.protocol === 'https:' && { tls: await tlsOf(process, options) }),
  };
}

function headText({ head }: HttpAnswer): string {
  const { httpVersion, statusCode = 0, statusMessage } = head;
  let text = `HTTP/${httpVersion} ${statusCode} ${statusMessage || STATUS_CODES[statusCode] || ''}\r\n`;
  for (let i = 0; i < head.rawHeaders.length; i += 2) text += `${head.rawHeaders[i]}: ${head.rawHeaders[i + 1]}\r\n`;
  return `${text}\r\n`;
}

async function send(process: Process, wanted: HttpRequest): Promise<HttpAnswer> {
  const { url } = wanted;
  const host = url.hostname;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const startedMs = process.machine.clock.now();
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new CurlFailed(1, `Protocol "${url.protocol.slice(0, -1)}" not supported`);
  try {
    return await fetchOnce(process, wanted);
  } catch (error) {
    if (error instanceof HandshakeFailed) throw tlsFailure(error.fault, host, port);
    if (error instanceof HostUnknown) throw new CurlFailed(6, `Could not resolve host: ${host}`);
    if (!(error instanceof SystemError)) throw error;
    const elapsedMs = process.machine.clock.now() - startedMs;
    if (error.code === 'ETIMEDOUT') throw new CurlFailed(28, `Connection timed out after ${elapsedMs} milliseconds`);
    if (error.code === 'ECONNRESET') throw new CurlFailed(52, 'Empty reply from server');
    throw new CurlFailed(
      7,
      `Failed to connect to ${host} port ${port} after ${elapsedMs} ms: Couldn't connect to server`,
    );
  }
}

async function transfer(process: Process, options: Options, text: string): Promise<void> {
  const url = urlOf(text);
  if (!url) throw new CurlFailed(3, 'URL using bad/illegal format or missing URL');
  let wanted = await requestOf(process, options, url);
  const startedMs = process.machine.clock.now();
  for (let redirects = 0; ; redirects++) {
    const answer = await send(process, wanted);
    try {
      const status = answer.head.statusCode ?? 0;
      if (options.has('v')) await trace(process, wanted, answer);
      const { location } = answer.head.headers;
      if (options.has('L') && location !== undefined && status >= 300 && status < 400) {
        if (redirects >= REDIRECTS_MAX) throw new CurlFailed(47, `Maximum (${REDIRECTS_MAX}) redirects followed`);
        if (options.has('i')) await process.print(headText(answer));
        const becomesGet = status === 303 || (status < 303 && wanted.method === 'POST');
        const next = { ...wanted, url: new URL(location, wanted.url), tls: await tlsOf(process, options) };
        wanted = becomesGet ? { ...next, method: 'GET', body: undefined } : next;
        continue;
      }
      if (options.has('f') && status >= 400) throw new CurlFailed(22, `The requested URL returned error: ${status}`);
      const size = await receive(process, options, wanted, answer);
      await writeOut(process, options, wanted, answer, size, process.machine.clock.now() - startedMs);
      return;
    } finally {
      answer.close();
      answer.body.release();
    }
  }
}

async function trace(process: Process, { method, url, headers }: HttpRequest, answer: HttpAnswer): Promise<void> {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  const received = headText(answer).split('\r\n').slice(0, -1);
  await process.complain([...lines, ''].map((line) => `> ${line}`).join('\n'));
  await process.complain(received.map((line) => `< ${line}`).join('\n'));
}

async function receive(process: Process, options: Options, wanted: HttpRequest, answer: HttpAnswer): Promise<number> {
  const name = options.has('O') ? wanted.url.pathname.split('/').at(-1) : options.value('o');
  const isFile = name !== undefined && name !== '-';
  const file: OpenFile = (
    isFile ? process.open(name, { write: true, truncate: true, create: 0o666 }) : process.file(1)
  ).retain();
  let size = 0;
  try {
    if (options.has('i') || options.has('I')) await process.writeTo(file, headText(answer));
    for (;;) {
      const data = await within(process, wanted.totalMs, process.readFrom(answer.body));
      if (!data) {
        if (answer.head.complete) return size;
        const length = answer.head.headers['content-length'];
        const rest = length === undefined ? 'outstanding read data' : `${Number(length) - size} bytes`;
        throw new CurlFailed(18, `transfer closed with ${rest} remaining${length === undefined ? '' : ' to read'}`);
      }
      size += data.length;
      await process.writeTo(file, data);
    }
  } catch (error) {
    if (error instanceof SystemError && error.code === 'ETIMEDOUT')
      throw new CurlFailed(28, `Operation timed out with ${size} bytes received`);
    throw error;
  } finally {
    file.release();
  }
}

async function writeOut(
  process: Process,
  options: Options,
  { url }: HttpRequest,
  { head }: HttpAnswer,
  size: number,
  elapsedMs: number,
): Promise<void> {
  const format = options.value('w');
  if (format === undefined) return;
  const values: Readonly<Record<string, string>> = {
    http_code: String(head.statusCode).padStart(3, '0'),
    response_code: String(head.statusCode).padStart(3, '0'),
    content_type: head.headers['content-type'] ?? '',
    size_download: String(size),
    time_total: (elapsedMs / 1000).toFixed(6),
    url_effective: url.href,
    http_version: head.httpVersion,
  };
  await process.print(
    format
      .replaceAll('\\n', '\n')
      .replaceAll('\\t', '\t')
      .replaceAll('\\r', '\r')
      .replace(/%\{([a-z_]+)\}|%%/g, (whole, name?: string) => (name === undefined ? '%' : (values[name] ?? whole))),
  );
}

export const curl: Program = async (process, args, name) => {
  const options = readOptions(args, 'X:H:d:B:U:o:OsSfiILm:T:w:kvu:A:R:D:Nr:G4gC:l:#jzE:y:1b:q', LONG);
  const urls = [...options.all('l'), ...options.rest];
  if (urls.length === 0) {
    await process.complain(`${name}: (2) no URL specified`);
    return 2;
  }
  let status = 0;
  for (const url of urls) status = await withRetries(process, options, url, name);
  return status;
};

async function withRetries(process: Process, options: Options, url: string, name: string): Promise<number> {
  const retries = Number(options.value('R') ?? '0');
  for (let attempt = 0; ; attempt++) {
    try {
      await transfer(process, options, url);
      return 0;
    } catch (error) {
      if (!(error instanceof CurlFailed)) throw error;
      const isTransient = error.code === 28 || (error.code === 7 && options.has('N'));
      if (attempt < retries && isTransient) {
        await process.sleep(options.has('D') ? seconds(options.value('D')) : 1000 * 2 ** Math.min(attempt, 9));
        continue;
      }
      if (!options.has('s') || options.has('S')) await process.complain(`${name}: (${error.code}) ${error.message}`);
      return error.code;
    }
  }
}
