// Records what a real server says to definitions of custom resources: each is created on its own (dry run).
import { type Json, ofSchema } from './custom/definition.ts';
import { DEFINITIONS } from './custom/definition-cases.ts';
import { SCHEMAS } from './custom/schema-cases.ts';
import { ask, record } from './oracle.ts';

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';

async function answered(name: string, definition: Json): Promise<object> {
  const { code, json, warnings } = await ask('POST', PATH, definition);
  const { message, details, spec } = json as { message?: string; details?: object; spec?: object };
  const noted = warnings.length > 0 ? { warnings } : {};
  return { name, definition, code, ...(code < 400 ? { spec } : { message, details }), ...noted };
}

async function run(file: string, cases: readonly (readonly [string, Json])[]): Promise<void> {
  const found: object[] = [];
  for (const [name, definition] of cases) found.push(await answered(name, definition));
  await record(`test/golden/custom/${file}.json`, found);
}

await run('definitions', Object.entries(DEFINITIONS));
await run(
  'schemas',
  Object.entries(SCHEMAS).map(([name, schema]) => [name, ofSchema(schema)] as const),
);
