import type { HttpCall } from '../http-server.ts';

/** Values of a request: those of a form that was sent come before those of its path. */
export async function formOf({ request, query, body }: HttpCall): Promise<URLSearchParams> {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (!isForm || request.method === 'GET' || request.method === 'HEAD') return query;
  return new URLSearchParams([...new URLSearchParams((await body()).toString()), ...query]);
}

/** A file that was sent in a form of several parts. */
export async function fileIn({ request, body }: HttpCall, field: string): Promise<Buffer | undefined> {
  const [, quoted, plain] =
    /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;]+))/.exec(request.headers['content-type'] ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const text = `\r\n${(await body()).toString('latin1')}`;
  for (const part of text.split(`\r\n--${boundary}`).slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n');
    const disposition = /^content-disposition:(.*)$/im.exec(part.slice(0, Math.max(end, 0)))?.[1] ?? '';
    const name = /[; ]name="?([^";\r]*)/.exec(disposition)?.[1];
    if (end >= 0 && name === field && /filename/.test(disposition)) return Buffer.from(part.slice(end + 4), 'latin1');
  }
  return undefined;
}
