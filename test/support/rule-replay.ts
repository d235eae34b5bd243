/** Plays the cases about rules of custom resources against a server. */
import type { RuleCase } from '../golden/record/custom/rule-cases.ts';

const GROUP = 'rules.example.com';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface RuleAnswer {
  readonly code: number;
  readonly json: unknown;
  readonly warnings: readonly string[];
}

export type AskRules = (method: string, path: string, body?: object, type?: string) => Promise<RuleAnswer>;

/** An answer without what differs from run to run: upstream numbers the types of each definition. */
function comparable({ code, json, warnings }: RuleAnswer): object {
  const { kind, message, details, spec, status } = json as Record<string, unknown>;
  const told = kind === 'Status' ? { message, causes: (details as { causes?: unknown } | undefined)?.causes } : {};
  const shown = kind === 'Status' || kind === 'CustomResourceDefinition' ? {} : { spec, status };
  const text = JSON.stringify({ code, ...told, ...shown, warnings: [...warnings].sort() });
  return JSON.parse(text.replace(/selfType\d*/g, 'selfType')) as object;
}

/**
 * The answers to a definition and to its objects.
 *
 * @param served resolves when the objects of a definition can be created
 */
export async function playRules(
  { schema, objects, hasStatus }: RuleCase,
  index: number,
  ask: AskRules,
  served: (path: string) => Promise<void>,
): Promise<object[]> {
  const [plural, kind] = [`things${index}`, `Thing${index}`];
  const name = `${plural}.${GROUP}`;
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  const versions = [{ ...version, ...(hasStatus && { subresources: { status: {} } }) }];
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: { group: GROUP, scope: 'Namespaced', names: { plural, kind }, versions },
  };
  const made = await ask('POST', DEFINITIONS, definition);
  const answers = [comparable(made)];
  if (made.code !== 201) return answers;
  const path = `/apis/${GROUP}/v1/namespaces/default/${plural}`;
  await served(path);
  for (const [i, [first, ...changes]] of objects.entries()) {
    const object = { apiVersion: `${GROUP}/v1`, kind, metadata: { name: `o${i}` }, ...first?.fields };
    answers.push(comparable(await ask('POST', path, object)));
    for (const { fields, isStatus } of changes) {
      const at = `${path}/o${i}${isStatus ? '/status' : ''}`;
      answers.push(comparable(await ask('PATCH', at, fields, 'application/merge-patch+json')));
    }
  }
  await ask('DELETE', `${DEFINITIONS}/${name}`);
  return answers;
}
