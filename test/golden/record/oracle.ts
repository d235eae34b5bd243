/**
 * A real kube-apiserver to record answers from: GOLDEN_SERVER is its URL, GOLDEN_TOKEN a token that may do everything.
 * Recorded answers are kept in test/golden, so that the tests need no such server.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname } from 'node:path';

export interface Answer {
  readonly code: number;
  readonly text: string;
  readonly json: unknown;
  readonly warnings: readonly string[];
}

/** Sends a request; `body` is sent as it is when it is text. The token may be another than that of the environment. */
export function ask(
  method: string,
  path: string,
  body?: unknown,
  contentType = 'application/json',
  accept = 'application/json',
  impersonated?: string,
  token = process.env.GOLDEN_TOKEN,
): Promise<Answer> {
  const { GOLDEN_SERVER: server } = process.env;
  if (!server) throw new Error('GOLDEN_SERVER is not set: the URL of a real kube-apiserver');
  const bytes =
    body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      Accept: accept,
      ...(impersonated !== undefined && { 'Impersonate-User': impersonated }),
      ...(bytes !== undefined && { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(bytes) }),
    };
    const sent = request(new URL(path, server), { method, headers, rejectUnauthorized: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        let json: unknown;
        try {
          json = JSON.parse(text);
        } catch {
          json = undefined;
        }
        const warnings = response.headersDistinct.warning ?? [];
        resolve({ code: response.statusCode ?? 0, text, json, warnings });
      });
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** The message of a Status, or undefined for a success. */
export function messageOf({ code, json }: Answer): string | undefined {
  return code < 400 ? undefined : (json as { message?: string } | undefined)?.message;
}

/** Creates an object. @throws Error when the server refuses it */
export async function create(path: string, object: object): Promise<unknown> {
  const answer = await ask('POST', path, object);
  if (answer.code !== 201) throw new Error(`POST ${path}: ${messageOf(answer)}`);
  return answer.json;
}

/** Runs `use` with a namespace that exists, and removes it afterwards. */
export async function inNamespace(name: string, use: (path: string) => Promise<void>): Promise<void> {
  const [root, pause] = ['/api/v1/namespaces', new Int32Array(new SharedArrayBuffer(4))];
  // One of an earlier run takes its time to go.
  while ((await ask('GET', `${root}/${name}`)).code === 200) Atomics.wait(pause, 0, 0, 500);
  await create(root, { metadata: { name } });
  try {
    await use(`/api/v1/namespaces/${name}`);
  } finally {
    await ask('DELETE', `/api/v1/namespaces/${name}`);
  }
}

/** Writes a golden file: the version that answered, then one case a line. */
export async function record(file: string, cases: readonly unknown[]): Promise<void> {
  const { major, minor } = (await ask('GET', '/version')).json as { major: string; minor: string };
  const lines = cases.map((one) => `    ${JSON.stringify(one)}`).join(',\n');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `{\n  "recordedFrom": "Kubernetes ${major}.${minor}",\n  "cases": [\n${lines}\n  ]\n}\n`);
  console.log(`${cases.length} cases in ${file}`);
}
