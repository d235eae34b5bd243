/** Does what a Stage says: events, finalizers, patches, deletion, in this order unless it has steps of its own. */

import type { Frozen } from '../../../server/base/freeze.ts';
import { type KubeObject, keyOf } from '../../../server/kube/object.ts';
import type { ResourceId } from '../../../server/kube/transport.ts';
import type { Client } from '../../lib/client.ts';
import type { ControllerEnv } from '../../lib/controller.ts';
import { parseYamlText } from '../yaml-text.ts';
import type { CompiledPatch, Stage } from './stage.ts';
import { type Functions, renderTemplate } from './template/execute.ts';
import type { StageFinalizers } from './types.ts';

type PatchType = 'json' | 'merge' | 'strategic';

/** Kinds that kwok patches strategically unless the Stage says how. */
const STRATEGIC: ReadonlySet<ResourceId> = new Set(['v1/pods', 'v1/nodes']);

export interface StageWork {
  readonly resource: ResourceId;
  readonly object: Frozen<KubeObject>;
  readonly stage: Stage;
  /** The step to begin with: those before are done. */
  readonly from: number;
  /** Told after each step. */
  readonly onStep: (done: number) => void;
}

function finalizersAfter(before: readonly string[], { add = [], remove = [], empty }: StageFinalizers): string[] {
  const removed = remove.map(({ value }) => value);
  const kept = empty ? [] : before.filter((finalizer) => !removed.includes(finalizer));
  const added = add.map(({ value = '' }) => value).filter((value) => !kept.includes(value));
  return [...kept, ...added];
}

function patchBody({ root = '', type, template }: CompiledPatch, object: unknown, functions: Functions): object {
  const text = renderTemplate(template, object, functions);
  const data = (parseYamlText(text) ?? {}) as object;
  if (root === '') return data;
  if (type !== 'json') return { [root]: data };
  return (data as { path: string }[]).map((change) => ({ ...change, path: `/${root}${change.path}` }));
}

function clientOf({ impersonation }: CompiledPatch, env: ControllerEnv): Client {
  if (!impersonation?.username) return env.client;
  return env.clientOf({ name: impersonation.username, groups: ['system:authenticated'] });
}

/**
 * @returns the object as it is then, undefined when it was deleted
 * @throws ApiError, or Error for a template that cannot be rendered
 */
export async function performStage(
  { resource, object, stage, from, onStep }: StageWork,
  functions: Functions,
  env: ControllerEnv,
): Promise<Frozen<KubeObject> | undefined> {
  const key = keyOf(object);
  let latest: Frozen<KubeObject> | undefined = object;
  for (const [i, step] of stage.steps.entries()) {
    if (i < from) continue;
    const { event, finalizers, patch } = step;
    if (event) {
      const type = event.type === 'Warning' ? 'Warning' : 'Normal';
      env.event(object, type, event.reason ?? '', event.message ?? '');
    }
    if (finalizers && latest) {
      const before = latest.metadata.finalizers ?? [];
      const after = finalizersAfter(before, finalizers);
      const body = { metadata: { uid: object.metadata.uid, finalizers: after.length > 0 ? after : null } };
      if (after.join() !== before.join()) latest = await env.client.patch(resource, key, 'merge', body);
    }
    if (step.delete && latest) {
      await env.client.delete(resource, key, { uid: object.metadata.uid ?? '', gracePeriodSeconds: 0 });
      latest = undefined;
    }
    if (patch && latest) {
      const type = (patch.type ?? (STRATEGIC.has(resource) ? 'strategic' : 'merge')) as PatchType;
      const body = patchBody(patch, object, functions);
      latest = await clientOf(patch, env).patch<KubeObject>(resource, key, type, body, patch.subresource);
    }
    onStep(i + 1);
  }
  return latest;
}
