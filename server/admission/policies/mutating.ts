/** Policies that change objects: MutatingAdmissionPolicy (plugin/policy/mutating/dispatcher.go). */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { decided } from '../../base/undecided.ts';
import { ApiError, forbidden, internalError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { Served } from '../../registry/catalog.ts';
import { conditionsHold } from '../../schema/cel/admission/evaluation.ts';
import type { Authorize } from '../../schema/cel/library/authorizer.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { Subject } from '../webhooks/subject.ts';
import type { PolicyEnv } from './env.ts';
import { isForPolicies } from './excluded.ts';
import { namespaceValue, valuesOf } from './input.ts';
import { MatchFault, matchOf, nameOf } from './matching.ts';
import { type CompiledPolicy, compilePolicy, MutationFault, mutated } from './mutator.ts';
import { collectParams, paramResource } from './params.ts';
import { type Hook, PolicyIndex } from './policy-index.ts';
import { preparedIn, unreadyVersions, type VersionFaults } from './prepare.ts';
import { Invocations } from './reinvocation.ts';

type Policy = Frozen<MutatingAdmissionPolicy>;
type PolicyBinding = Frozen<MutatingAdmissionPolicyBinding>;
type PolicyHook = Hook<Policy, PolicyBinding['spec'], CompiledPolicy>;

export function mutatingPolicies(env: PolicyEnv): AdmissionPlugin {
  const index = new PolicyIndex<Policy, PolicyBinding, CompiledPolicy>(env.storage, {
    policies: 'mutatingadmissionpolicies',
    bindings: 'mutatingadmissionpolicybindings',
    compile: compilePolicy,
  });
  const runs = new WeakMap<Review, Invocations>();
  return {
    name: 'MutatingAdmissionPolicy',
    handles: (kind) => kind.operation !== 'delete' && isForPolicies(kind),
    mutate(review) {
      if (index.isEmpty) return;
      const subject = new Subject(review, env.catalog());
      const hooks = index.concernedBy(subject);
      if (hooks.length === 0) return;
      const invocations = runs.get(review) ?? new Invocations();
      runs.set(review, invocations);
      const versions = unreadyVersions(hooks, subject, env);
      const run = (faults?: VersionFaults): Promise<void> => new Dispatch(subject, env, invocations, faults).run(hooks);
      return versions.length === 0 ? run() : preparedIn(versions, subject).then(run);
    },
  };
}

/** One policy with one of its bindings and one of its parameters. */
interface Invocation {
  readonly key: string;
  readonly hook: PolicyHook;
  readonly binding: string;
  readonly served: Served;
  readonly params: object | null;
}

interface Fault {
  readonly message: string;
  readonly reason: string;
}

class Dispatch {
  readonly #subject: Subject;
  readonly #env: PolicyEnv;
  readonly #invocations: Invocations;
  readonly #authorize: Authorize;
  readonly #faults: Fault[] = [];
  /** Versions that the object cannot be shown in, and why. */
  readonly #unshown: VersionFaults;
  /** Whether a mutation came to something, be it the same object. */
  #isDirty = false;

  constructor(subject: Subject, env: PolicyEnv, invocations: Invocations, unshown: VersionFaults = new Map()) {
    this.#subject = subject;
    this.#env = env;
    this.#invocations = invocations;
    this.#unshown = unshown;
    this.#authorize = env.authorizeAs(subject.review.user);
  }

  /** @throws ApiError when a policy cannot be carried out */
  async run(hooks: readonly PolicyHook[]): Promise<void> {
    // All are chosen before the first of them changes anything.
    const chosen = hooks.flatMap((hook) => this.#choose(hook));
    if (chosen.length > 0) await this.#invoke(chosen);
    if (this.#faults.length > 0) throw refusalOf(this.#subject.review, this.#faults);
  }

  #choose(hook: PolicyHook): Invocation[] {
    const served = matchOf(hook.constraints, this.#subject, this.#env);
    if (!served) return [];
    const params = paramResource(hook.policy.spec.paramKind, this.#env.catalog());
    if (served instanceof MatchFault) return this.#misconfigured(hook, served);
    if (params instanceof MatchFault) return this.#misconfigured(hook, params);
    return hook.bindings.flatMap((binding) => {
      const { constraints, spec, name } = binding;
      const matched = constraints ? matchOf(constraints, this.#subject, this.#env) : served;
      if (!matched) return [];
      if (matched instanceof MatchFault) return this.#misconfigured(hook, matched, name);
      const unshown = this.#unshown.get(served);
      if (unshown !== undefined) return this.#misconfigured(hook, { message: unshown });
      const found = collectParams(params, spec.paramRef, this.#subject.namespace);
      if (found instanceof MatchFault) return this.#misconfigured(hook, found, name);
      return found.map((param): Invocation => {
        const { namespace = '', name: paramName = '' } = param?.metadata ?? {};
        return { key: `${hook.name} ${name} ${namespace}/${paramName}`, hook, binding: name, served, params: param };
      });
    });
  }

  async #invoke(chosen: readonly Invocation[]): Promise<void> {
    const { review } = this.#subject;
    const namespaceObject = namespaceValue(this.#subject, this.#env);
    this.#invocations.begin(review);
    for (const invocation of chosen) {
      const { hook, key, params, served } = invocation;
      await this.#show(served);
      if (!(await decided(() => this.#matches(invocation))) || !this.#invocations.isNext(key, review)) continue;
      const { object } = this.#subject;
      const before = object && { ...object };
      for (const position of hook.compiled().mutations.keys()) {
        await decided(() => this.#mutate(invocation, position, { namespaceObject, params }));
      }
      if (!deepEqual(before, this.#subject.object)) this.#invocations.changed(review);
      if (hook.policy.spec.reinvocationPolicy === 'IfNeeded') this.#invocations.waits(key);
    }
    await this.#settle();
    // Upstream goes by this in the end, whatever it found out before: policies may even see their own changes.
    if (this.#isDirty) this.#invocations.changed(review);
    this.#invocations.end(review);
  }

  /** An earlier policy may have seen another version. @throws ApiError 500 */
  async #show(served: Served): Promise<void> {
    if (this.#subject.isReady(served)) return;
    try {
      await this.#subject.prepare(served);
    } catch (error) {
      throw internalError((error as Error).message);
    }
  }

  /** @throws ApiError 500 */
  async #settle(): Promise<void> {
    try {
      await this.#subject.settle();
    } catch (error) {
      throw internalError(`failed to convert object: ${(error as Error).message}`);
    }
  }

  #matches({ hook, served, params, binding }: Invocation): boolean {
    const { conditions, variables } = hook.compiled();
    if (conditions.length === 0) return true;
    const values = { ...valuesOf(this.#subject, served), namespaceObject: null, params };
    const matched = conditionsHold(conditions, { values, authorize: this.#authorize, variables });
    if (typeof matched === 'boolean') return matched;
    this.#failed(hook, matched.error, 'Invalid', binding);
    return false;
  }

  #mutate(
    { hook, binding, served }: Invocation,
    position: number,
    more: { readonly namespaceObject: object | null; readonly params: object | null },
  ): void {
    const { mutations, variables } = hook.compiled();
    const { review } = this.#subject;
    const { object } = this.#subject;
    const mutation = mutations[position];
    if (!object || !mutation) return;
    const shown = this.#subject.shown(object as Frozen<KubeObject>, served);
    const values = { ...valuesOf(this.#subject, served), ...more };
    const type = review.form ? review.form.type : served.info.type;
    try {
      const made = mutated({ mutation, variables, values, authorize: this.#authorize, object: shown, type });
      if (made !== shown) this.#subject.change(made, served);
      this.#isDirty = true;
    } catch (error) {
      if (!(error instanceof MutationFault)) throw error;
      this.#failed(hook, error.message, 'Invalid', binding);
    }
  }

  #misconfigured(hook: PolicyHook, { message }: Pick<MatchFault, 'message'>, binding?: string): [] {
    const what = binding === undefined ? 'policy' : 'binding';
    this.#failed(hook, `failed to configure ${what}: ${message}`, 'Forbidden', binding);
    return [];
  }

  #failed({ name, policy }: PolicyHook, why: string, reason: string, binding: string | undefined): void {
    if (policy.spec.failurePolicy === 'Ignore') return;
    const who = binding === undefined ? `policy "${name}"` : `policy '${name}' with binding '${binding}'`;
    this.#faults.push({ message: `${who} denied request: ${why}`, reason });
  }
}

/** The message is that of the first fault, and nothing else. */
function refusalOf(review: Review, faults: readonly Fault[]): ApiError {
  const { group, resource } = review.asked?.info ?? review.info;
  const { details } = forbidden({ group, resource }, shownName(review), '').status;
  const causes = faults.map(({ message }) => ({ message }));
  return new ApiError(403, faults[0]?.reason ?? '', faults[0]?.message ?? '', { ...details, causes });
}

/** Names are generated after this. */
function shownName(review: Review): string {
  return nameOf(review) || review.object?.metadata.generateName || 'Unknown';
}
