import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { golden } from '../../support/golden.ts';
import { plainServer } from '../../support/plain-server.ts';

interface Index {
  readonly paths: Record<string, { serverRelativeURL: string }>;
}

test('/openapi/v3 lists every document under the hash of its content', async () => {
  await using server = await plainServer();
  const answer = await server.ask('GET', '/openapi/v3');
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  const { paths } = JSON.parse(answer.body.toString()) as Index;
  const recorded = golden<{ path: string }>('openapi/structure.json').map(({ path }) => path);
  expect(Object.keys(paths).map((name) => `/openapi/v3/${name}`)).toEqual(recorded.slice(1));

  // Hashes are found out by `npm run build`: where they are older than the documents, build anew.
  for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
    const { body } = await server.ask('GET', `/openapi/v3/${name}`);
    const hash = createHash('sha512').update(body).digest('hex').toUpperCase();
    expect(serverRelativeURL).toBe(`/openapi/v3/${name}?hash=${hash}`);
  }
});

test('a document that is not there is 404 without a body', async () => {
  await using server = await plainServer();
  const { status, headers, body } = await server.ask('GET', '/openapi/v3/apis/nosuch/v1');
  expect({ status, type: headers['content-type'], body: body.toString() }).toEqual({
    status: 404,
    type: undefined,
    body: '',
  });
});

test.each(['/openapi', '/openapi/v1', '/openapi/v2/'])('%s is no page', async (path) => {
  await using server = await plainServer();
  const { status, body } = await server.ask('GET', path);
  expect({ status, body: body.toString() }).toEqual({ status: 404, body: '404 page not found\n' });
});
