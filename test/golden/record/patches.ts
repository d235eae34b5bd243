// Records what patches do on a real server: to objects that are made here, each patch on its own (dry run).
import { ask, create, inNamespace, record } from './oracle.ts';
import { JSON_PATCHES, MERGE_PATCHES, OBJECTS, type PatchCase } from './patch-cases.ts';
import { STRATEGIC_PATCHES } from './strategic-patch-cases.ts';

type KubeObject = { metadata: Record<string, unknown> } & Record<string, unknown>;

/** What no patch changes, and what the server or a controller adds meanwhile. */
function withoutNoise({ metadata, status: _status, ...rest }: KubeObject): KubeObject {
  const kept = ['name', 'namespace', 'labels', 'finalizers', 'ownerReferences', 'annotations'];
  const meta = Object.fromEntries(Object.entries(metadata).filter(([field]) => kept.includes(field)));
  const { 'deployment.kubernetes.io/revision': _revision, ...annotations } = (meta.annotations ?? {}) as Record<
    string,
    string
  >;
  const { annotations: _annotations, ...others } = meta;
  return { ...rest, metadata: { ...others, ...(Object.keys(annotations).length > 0 && { annotations }) } };
}

/** Of a Status only what the patch code decides. */
function answered(code: number, json: unknown): object {
  if (code < 400) return { after: withoutNoise(json as KubeObject) };
  const { message, reason } = json as { message?: string; reason?: string };
  return { code, reason, message };
}

await inNamespace('golden-patches', async (namespace) => {
  const urls = new Map<string, string>();
  const objects: Record<string, unknown> = {};
  for (const [name, { apiVersion, resource, object }] of Object.entries(OBJECTS)) {
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const url = `${root}${namespace.slice('/api/v1'.length)}/${resource}`;
    objects[name] = withoutNoise((await create(url, { metadata: { name }, ...object })) as KubeObject);
    urls.set(name, `${url}/${name}`);
  }
  const run = async (type: string, cases: readonly PatchCase[]): Promise<void> => {
    const found: unknown[] = [{ objects }];
    for (const [of, patch] of cases) {
      const body = typeof patch === 'string' ? patch : JSON.stringify(patch);
      // Some patches make the real server panic: it drops the connection.
      const answer = await ask('PATCH', `${urls.get(of)}?dryRun=All`, body, `application/${type}+json`).catch(
        () => undefined,
      );
      found.push({ of, patch, ...(answer ? answered(answer.code, answer.json) : { panics: true }) });
    }
    await record(`test/golden/patch/${type}.json`, found);
  };
  await run('json-patch', JSON_PATCHES);
  await run('merge-patch', MERGE_PATCHES);
  await run('strategic-merge-patch', STRATEGIC_PATCHES);
  // The namespace could not go with them.
  const release = { metadata: { finalizers: null } };
  for (const url of urls.values()) await ask('PATCH', url, release, 'application/merge-patch+json');
});
