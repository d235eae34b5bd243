// Records what a real server makes of objects of custom resources: each is written on its own (dry run).
import { rest } from '../../../server/base/turn.ts';
import { definition, type Json, version } from './custom/definition.ts';
import { OBJECTS, type ObjectCase } from './custom/object-cases.ts';
import { KINDS } from './custom/object-schemas.ts';
import { ask, create, inNamespace, record } from './oracle.ts';

const GROUP = 'objects.golden.example.com';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const plural = (kind: string): string => `${kind.toLowerCase()}s`;
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const definitionOf = (kind: string, schema: Json): Json => {
  const names = { singular: kind.toLowerCase(), kind, listKind: `${kind}List` };
  return definition({ group: GROUP, plural: plural(kind), names, versions: [version('v1', schema)] });
};

const objectOf = ({ kind, spec }: ObjectCase, name: string): Json => ({
  apiVersion: `${GROUP}/v1`,
  kind,
  metadata: { name },
  ...(spec !== undefined && { spec }),
});

/** Waits until a path answers. */
async function served(path: string): Promise<void> {
  while ((await ask('GET', path)).code !== 200) await rest(100);
}

/** Lets a kind have another schema, and waits until objects are held to it. */
async function setSchema(kind: string, schema: Json): Promise<void> {
  const patch = { spec: { versions: [version('v1', schema)] } };
  const path = `${DEFINITIONS}/${plural(kind)}.${GROUP}`;
  const { code, text } = await ask('PATCH', path, patch, 'application/merge-patch+json');
  if (code !== 200) throw new Error(text);
  await rest(1500);
}

/** What is decided here: the rest of the metadata is everybody's. */
function answered(code: number, json: unknown): object {
  const { message, details, spec } = json as { message?: string; details?: object; spec?: unknown };
  return code < 400 ? { code, spec } : { code, message, details };
}

await inNamespace('golden-custom-objects', async (namespace) => {
  const urlOf = (kind: string): string => `/apis/${GROUP}/v1${namespace.slice('/api/v1'.length)}/${plural(kind)}`;
  const found: object[] = [];
  try {
    for (const [kind, schema] of Object.entries(KINDS)) {
      await create(DEFINITIONS, definitionOf(kind, open));
      await served(urlOf(kind));
      for (const [i, one] of OBJECTS.entries()) {
        if (one.kind === kind && one.old !== undefined) {
          await create(urlOf(kind), objectOf({ kind, spec: one.old }, `old-${i}`));
        }
      }
      await setSchema(kind, schema);
    }
    for (const [i, one] of OBJECTS.entries()) {
      const isUpdate = one.old !== undefined;
      const [method, url] = isUpdate ? ['PUT', `${urlOf(one.kind)}/old-${i}`] : ['POST', urlOf(one.kind)];
      const body = objectOf(one, isUpdate ? `old-${i}` : 'one');
      if (isUpdate) {
        const { metadata } = (await ask('GET', url as string)).json as { metadata: Json };
        body.metadata = metadata;
      }
      const warn = await ask(method as string, `${url}?dryRun=All&fieldValidation=Warn`, body);
      const strict = await ask(method as string, `${url}?dryRun=All&fieldValidation=Strict`, body);
      const refused = (strict.json as { message?: string }).message;
      const same = refused === (warn.json as { message?: string }).message;
      found.push({
        kind: one.kind,
        given: one.spec,
        ...(isUpdate && { old: one.old }),
        ...answered(warn.code, warn.json),
        ...(warn.warnings.length > 0 && { warnings: warn.warnings }),
        ...(!same && strict.code === 400 && { strict: refused }),
      });
    }
  } finally {
    for (const kind of Object.keys(KINDS)) await ask('DELETE', `${DEFINITIONS}/${plural(kind)}.${GROUP}`);
  }
  await record('test/golden/custom/objects.json', [{ kinds: KINDS }, ...found]);
});
