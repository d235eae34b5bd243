import { STATUS_CODES } from 'node:http';
import { errorText, SystemError } from '../../machine/errno.ts';
import type { Program } from '../../machine/program.ts';
import { fetchOnce, type HttpRequest, urlOf } from './http.ts';
import { resolve, within } from './network.ts';
import { BadUsage, readOptions } from './options.ts';
import { HandshakeFailed } from './tls.ts';

const LONG = {
  'output-document': 'O',
  quiet: 'q',
  timeout: 'T',
  header: 'H',
  'post-data': 'D',
  spider: 's',
  'server-response': 'S',
  'no-check-certificate': 'n',
  'user-agent': 'U',
  tries: 't',
  continue: 'c',
  'directory-prefix': 'P',
} as const;

const REDIRECTS_MAX = 5;

/** busybox's `wget`. */
export const wget: Program = async (process, args, name) => {
  const options = readOptions(
    args.flatMap((word) => (word === '-qO-' ? ['-q', '-O', '-'] : [word])),
    'O:qT:H:D:sSnU:t:cP:Y:',
    LONG,
  );
  const [text] = options.rest;
  let url = text === undefined ? undefined : urlOf(text);
  if (!url) throw new BadUsage(text === undefined ? 'missing URL' : `bad address '${text}'`);
  const isQuiet = options.has('q');
  const waitMs = Number(options.value('T') ?? '900') * 1000;
  const body = options.value('D');
  const headers: [string, string][] = [['User-Agent', options.value('U') ?? 'Wget']];
  for (const header of options.all('H')) {
    const [key = '', value = ''] = header.split(/:\s*(.*)/s);
    headers.push([key, value]);
  }
  if (body !== undefined)
    headers.push(['Content-Type', 'application/x-www-form-urlencoded'], ['Content-Length', String(body.length)]);
  const fail = async (problem: string): Promise<number> => {
    await process.complain(`${name}: ${problem}`);
    return 1;
  };
  for (let redirects = 0; ; redirects++) {
    const { host, hostname, protocol, pathname } = url;
    const isSecret = protocol === 'https:';
    const port = url.port || (isSecret ? '443' : '80');
    if (protocol !== 'http:' && !isSecret) return fail('not an http or ftp url');
    // Words of busybox: its own TLS looks at no certificate, and here it does not either.
    if (isSecret && !options.has('n'))
      await process.complain(`${name}: note: TLS certificate validation not implemented`);
    const [address] = await resolve(process, hostname.replace(/^\[|\]$/g, ''));
    if (address === undefined) return fail(`bad address '${hostname}'`);
    const wanted: HttpRequest = {
      url,
      address,
      method: body === undefined ? 'GET' : 'POST',
      headers,
      body: body === undefined ? undefined : Buffer.from(body, 'latin1'),
      connectMs: waitMs,
      totalMs: waitMs,
      ...(isSecret && { tls: { caBundle: '', insecure: true } }),
    };
    try {
      if (!isQuiet) await process.complain(`Connecting to ${host} (${address}:${port})`);
      const { head, body: content, close } = await fetchOnce(process, wanted);
      try {
        const status = head.statusCode ?? 0;
        const { location } = head.headers;
        if (location !== undefined && status >= 300 && status < 400 && redirects < REDIRECTS_MAX) {
          url = new URL(location, url);
          continue;
        }
        if (options.has('S')) await process.complain(`  HTTP/${head.httpVersion} ${status} ${head.statusMessage}`);
        if (status >= 300)
          return await fail(
            `server returned error: HTTP/${head.httpVersion} ${status} ${head.statusMessage || STATUS_CODES[status]}`,
          );
        if (options.has('s')) return 0;
        const path =
          options.value('O') ??
          `${options.has('P') ? `${options.value('P')}/` : ''}${pathname.split('/').at(-1) || 'index.html'}`;
        const file = (
          path === '-' ? process.file(1) : process.open(path, { write: true, truncate: true, create: 0o666 })
        ).retain();
        try {
          if (!isQuiet) await process.complain(path === '-' ? 'writing to stdout' : `saving to '${path}'`);
          for (;;) {
            const data = await within(process, waitMs, process.readFrom(content));
            if (!data) break;
            await process.writeTo(file, data);
          }
        } finally {
          file.release();
        }
        if (!isQuiet) await process.complain(path === '-' ? 'written to stdout' : `'${path}' saved`);
        return 0;
      } finally {
        close();
        content.release();
      }
    } catch (error) {
      const problem = errorText(error);
      if (error instanceof HandshakeFailed) return fail(`TLS handshake failed: ${problem}`);
      if (error instanceof SystemError && error.code === 'ETIMEDOUT') return fail('download timed out');
      return fail(
        error instanceof SystemError && error.code === 'ECONNRESET'
          ? 'error getting response'
          : `can't connect to remote host (${address}): ${problem}`,
      );
    }
  }
};
