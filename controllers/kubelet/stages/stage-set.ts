import type { Frozen } from '../../../server/base/freeze.ts';
import type { ControllerEnv } from '../../lib/controller.ts';
import { messageOf } from '../../lib/pod-control.ts';
import { type CompileQuery, loadQueries } from './query.ts';
import { compileStage, type Stage } from './stage.ts';
import type { StageObject } from './types.ts';

/** The group, version and kind that a Stage is about, as one text: `v1 Pod`. */
export const refOf = ({ apiGroup = 'v1', kind }: { readonly apiGroup?: string; readonly kind: string }): string =>
  `${apiGroup || 'v1'} ${kind}`;

/** All Stages there are, by what they are about. One that cannot be obeyed is left out, and an Event says why. */
export class StageSet {
  readonly #isFunction: (name: string) => boolean;
  readonly #compiled = new Map<string, { readonly version: string; readonly stage: Stage | undefined }>();
  #compile: CompileQuery | undefined;

  constructor(isFunction: (name: string) => boolean) {
    this.#isFunction = isFunction;
  }

  async byKind(sources: Iterable<Frozen<StageObject>>, env: ControllerEnv): Promise<Map<string, Stage[]>> {
    const stages = new Map<string, Stage[]>();
    const names = new Set<string>();
    for (const source of sources) {
      const { name = '' } = source.metadata;
      names.add(name);
      const ref = refOf(source.spec.resourceRef);
      const ofKind = stages.get(ref) ?? [];
      stages.set(ref, ofKind);
      const stage = await this.#stageOf(source, env);
      if (stage) ofKind.push(stage);
    }
    for (const name of this.#compiled.keys()) if (!names.has(name)) this.#compiled.delete(name);
    return stages;
  }

  async #stageOf(source: Frozen<StageObject>, env: ControllerEnv): Promise<Stage | undefined> {
    const { name = '', uid = '', resourceVersion = '' } = source.metadata;
    const version = `${uid} ${resourceVersion}`;
    const known = this.#compiled.get(name);
    if (known?.version === version) return known.stage;
    let stage: Stage | undefined;
    try {
      this.#compile ??= await loadQueries();
      stage = compileStage(source, this.#compile, this.#isFunction);
    } catch (error) {
      env.event(source, 'Warning', 'StageNotSupported', messageOf(error));
    }
    this.#compiled.set(name, { version, stage });
    return stage;
  }
}
