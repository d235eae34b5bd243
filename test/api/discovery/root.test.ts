import { expect, test } from 'vitest';
import { plainServer } from '../../support/plain-server.ts';

test.each(['/', '/index.html'])('%s lists the paths below which something answers', async (path) => {
  await using server = await plainServer();
  const { headers, body } = await server.ask('POST', path, { accept: 'text/html' });
  expect(headers['content-type']).toBe('application/json');
  const { paths } = JSON.parse(body.toString()) as { paths: string[] };
  expect(body.toString()).toBe(JSON.stringify({ paths }, null, 2));
  expect(paths).toEqual([...paths].sort());
  for (const listed of paths) {
    if (listed === '/openapi/v3/') continue; // the real server lists it too, and answers 404
    expect((await server.ask('GET', listed)).status, listed).toBe(200);
  }
});
