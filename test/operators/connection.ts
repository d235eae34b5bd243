/** Asks a running cluster as its administrator, on connections that are kept. */
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { readKubeconfig } from '../support/ask.ts';
import { warningTexts } from '../support/exchanges.ts';
import type { Answer, Ask } from './play.ts';

export interface Connection extends Disposable {
  readonly ask: Ask;
}

const decoded = (text: string): unknown => (/^[{[]/.test(text) ? JSON.parse(text) : undefined);

const warnings = (headers: IncomingHttpHeaders): string[] =>
  [...(headers.warning ?? '').matchAll(/\d+ \S+ "(?:[^"\\]|\\.)*"/g)].flatMap(([text]) => warningTexts([text]));

export function connect(kubeconfig: string): Connection {
  const { server, ca, cert, key } = readKubeconfig(kubeconfig);
  const agent = new Agent({ keepAlive: true, ca, cert, key });
  const ask: Ask = (method, path, body, contentType = 'application/json', accept = 'application/json') => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { accept, 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
    return new Promise<Answer>((resolve, reject) => {
      const sent = request(new URL(path, server), { method, headers, agent }, (response) => {
        let received = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          received += part;
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            code: response.statusCode ?? 0,
            json: decoded(received),
            warnings: warnings(response.headers),
          }),
        );
      });
      sent.once('error', reject);
      sent.end(text);
    });
  };
  return { ask, [Symbol.dispose]: () => agent.destroy() };
}
