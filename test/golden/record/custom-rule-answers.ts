// Records what a real server says to definitions with rules, and to objects that are held to them (dry run).
import { rest } from '../../../server/base/turn.ts';
import { definition, type Json, ofSchema, version } from './custom/definition.ts';
import { RULE_KINDS } from './custom/rule-kinds.ts';
import { RULE_OBJECTS, type RuleCase } from './custom/rule-object-cases.ts';
import { RULE_SCHEMAS } from './custom/rule-schema-cases.ts';
import { type Answer, ask, create, inNamespace, record } from './oracle.ts';

const GROUP = 'rules.golden.example.com';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const plural = (kind: string): string => `${kind.toLowerCase()}s`;

/** A refusal as it is; of what is accepted only that it is. Names of types are made up by the server. */
function told({ code, json, warnings }: Answer): object {
  const { message, details } = json as { message?: string; details?: object };
  const text = JSON.stringify(code < 400 ? { code } : { code, message, details });
  const noted = warnings.length > 0 ? { warnings } : {};
  return { ...(JSON.parse(text.replace(/selfType\d+/g, 'selfType')) as object), ...noted };
}

const definitions: object[] = [];
for (const [name, schema] of Object.entries(RULE_SCHEMAS)) {
  definitions.push({ name, schema, ...told(await ask('POST', `${DEFINITIONS}?dryRun=All`, ofSchema(schema))) });
}
await record('test/golden/custom/rule-definitions.json', definitions);

function definitionOf(kind: string): Json {
  const names = { singular: kind.toLowerCase(), kind, listKind: `${kind}List` };
  return definition({ group: GROUP, plural: plural(kind), names, versions: [version('v1', open)] });
}

async function served(path: string): Promise<void> {
  while ((await ask('GET', path)).code !== 200) await rest(100);
}

/** Gives a kind its rules, and a status of its own. */
async function setRules(kind: string): Promise<void> {
  const patch = { spec: { versions: [version('v1', RULE_KINDS[kind], { subresources: { status: {} } })] } };
  const path = `${DEFINITIONS}/${plural(kind)}.${GROUP}`;
  const { code, text } = await ask('PATCH', path, patch, 'application/merge-patch+json');
  if (code !== 200) throw new Error(text);
}

await inNamespace('golden-custom-rules', async (namespace) => {
  const urlOf = (kind: string): string => `/apis/${GROUP}/v1${namespace.slice('/api/v1'.length)}/${plural(kind)}`;
  const object = ({ kind }: RuleCase, fields: Json, name: string): Json => {
    return { apiVersion: `${GROUP}/v1`, kind, metadata: { name }, ...fields };
  };
  try {
    for (const kind of Object.keys(RULE_KINDS)) {
      await create(DEFINITIONS, definitionOf(kind));
      await served(urlOf(kind));
    }
    for (const [i, one] of RULE_OBJECTS.entries()) {
      if (one.old) await create(urlOf(one.kind), object(one, one.old, `old-${i}`));
    }
    for (const kind of Object.keys(RULE_KINDS)) await setRules(kind);
    await rest(2000);
    const found: object[] = [];
    for (const [i, one] of RULE_OBJECTS.entries()) {
      const name = one.old ? `old-${i}` : 'one';
      const url = one.old ? `${urlOf(one.kind)}/${name}` : urlOf(one.kind);
      const body = object(one, one.given, name);
      if (one.old) body.metadata = ((await ask('GET', url)).json as Json).metadata;
      const path = `${url}${one.isStatus ? '/status' : ''}?dryRun=All`;
      found.push({ ...one, ...told(await ask(one.old ? 'PUT' : 'POST', path, body)) });
    }
    await record('test/golden/custom/rule-objects.json', [{ kinds: RULE_KINDS }, ...found]);
  } finally {
    for (const kind of Object.keys(RULE_KINDS)) await ask('DELETE', `${DEFINITIONS}/${plural(kind)}.${GROUP}`);
  }
});
