import { expect, test } from 'vitest';
import { golden } from '../../support/golden.ts';
import { plainServer } from '../../support/plain-server.ts';
import { structureHash } from '../../support/structure.ts';

interface Case {
  readonly path: string;
  readonly structure: string;
}

test('every OpenAPI document has the structure of the real one', async () => {
  await using server = await plainServer();
  const different: string[] = [];
  for (const { path, structure } of golden<Case>('openapi/structure.json')) {
    const { body } = await server.ask('GET', path);
    if (structureHash(body) !== structure) different.push(path);
  }
  // server/schema/generate/compare-openapi.ts shows the differences
  expect(different).toEqual([]);
});
