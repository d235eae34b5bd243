import { request } from 'node:http';

/** What came back through a proxy. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** `http_proxy=PROXY curl URL`: what curl sends for it. */
export function throughProxy(
  proxy: string | undefined,
  url: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Page> {
  const { hostname, port } = new URL(proxy ?? '');
  const host = URL.canParse(url) ? new URL(url).host : hostname;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      hostname,
      port,
      method,
      path: url,
      agent: false,
      headers: { host, ...headers },
    });
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.once('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
