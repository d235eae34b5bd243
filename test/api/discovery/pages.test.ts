import { expect, test } from 'vitest';
import { golden } from '../../support/golden.ts';
import { plainServer } from '../../support/plain-server.ts';
import { sha256 } from '../../support/structure.ts';

interface Case {
  readonly method: string;
  readonly path: string;
  readonly accept?: string;
  readonly agent?: string;
  readonly status: number;
  readonly type?: string;
  readonly cache?: string;
  readonly vary?: string;
  /** SHA-256 of the body. */
  readonly body: string;
}

test('discovery answers with the bytes of the real server, whatever is asked for', async () => {
  await using server = await plainServer();
  for (const { method, path, accept, agent, ...recorded } of golden<Case>('discovery/pages.json')) {
    const answer = await server.ask(method, path, { ...(accept && { accept }), ...(agent && { 'user-agent': agent }) });
    const { 'content-type': type, 'cache-control': cache, vary } = answer.headers;
    const found = { status: answer.status, type, cache, vary, body: sha256(answer.body) };
    const question = `${method} ${path} ${accept ?? ''} ${agent ?? ''}\n${answer.body.toString().slice(0, 300)}`;
    expect(found, question).toEqual({ type: undefined, cache: undefined, vary: undefined, ...recorded });
  }
});

test('/api says where the server is', async () => {
  await using server = await plainServer();
  const { body } = await server.ask('GET', '/api');
  expect(JSON.parse(body.toString())).toEqual({
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
  });
});
