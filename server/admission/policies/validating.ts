/** Policies that look at the final object: ValidatingAdmissionPolicy (plugin/policy/validating/dispatcher.go). */
import type { Frozen } from '../../base/freeze.ts';
import { decided } from '../../base/undecided.ts';
import { ApiError, forbidden } from '../../kube/api-error.ts';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionValues } from '../../schema/cel/admission/declarations.ts';
import type { Authorize } from '../../schema/cel/library/authorizer.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { Subject } from '../webhooks/subject.ts';
import { AuditNotes } from './audit-notes.ts';
import type { PolicyEnv } from './env.ts';
import { isForPolicies } from './excluded.ts';
import { namespaceValue, valuesOf } from './input.ts';
import { MatchFault, matchOf, nameOf } from './matching.ts';
import { collectParams, paramResource } from './params.ts';
import { type Binding, type Hook, PolicyIndex } from './policy-index.ts';
import { preparedIn, unreadyVersions, type VersionFaults } from './prepare.ts';
import { type CompiledPolicy, compilePolicy, judge } from './validator.ts';

type Policy = Frozen<ValidatingAdmissionPolicy>;
type PolicyBinding = Frozen<ValidatingAdmissionPolicyBinding>;
type PolicyHook = Hook<Policy, PolicyBinding['spec'], CompiledPolicy>;

export function validatingPolicies(env: PolicyEnv): AdmissionPlugin {
  const index = new PolicyIndex<Policy, PolicyBinding, CompiledPolicy>(env.storage, {
    policies: 'validatingadmissionpolicies',
    bindings: 'validatingadmissionpolicybindings',
    compile: compilePolicy,
  });
  return {
    name: 'ValidatingAdmissionPolicy',
    handles: isForPolicies,
    validate(review) {
      if (index.isEmpty) return;
      const subject = new Subject(review, env.catalog());
      const hooks = index.concernedBy(subject);
      if (hooks.length === 0) return;
      const versions = unreadyVersions(hooks, subject, env);
      if (versions.length === 0) return new Dispatch(subject, env).run(hooks);
      return preparedIn(versions, subject).then((faults) =>
        decided(() => new Dispatch(subject, env, faults).run(hooks)),
      );
    },
  };
}

/** The refusal that a client gets: the first of all. */
interface Refusal {
  readonly message: string;
  readonly reason: string;
}

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };
const UNPROCESSABLE = 422;

/** One write, and what the policies say about it. */
class Dispatch {
  readonly #subject: Subject;
  readonly #env: PolicyEnv;
  readonly #authorize: Authorize;
  readonly #notes: AuditNotes;
  /** Versions that the object cannot be shown in, and why. */
  readonly #faults: VersionFaults;
  #refusal: Refusal | undefined;

  constructor(subject: Subject, env: PolicyEnv, faults: VersionFaults = new Map()) {
    this.#subject = subject;
    this.#env = env;
    this.#faults = faults;
    this.#authorize = env.authorizeAs(subject.review.user);
    this.#notes = new AuditNotes(subject.review);
  }

  /** @throws ApiError when a policy refuses */
  run(hooks: readonly PolicyHook[]): void {
    for (const hook of hooks) this.#ask(hook);
    this.#notes.publish();
    if (this.#refusal) throw refusalOf(this.#subject.review, this.#refusal);
  }

  #ask(hook: PolicyHook): void {
    const served = matchOf(hook.constraints, this.#subject, this.#env);
    if (!served) return;
    const params = paramResource(hook.policy.spec.paramKind, this.#env.catalog());
    const fault = [served, params].find((part) => part instanceof MatchFault);
    if (served instanceof MatchFault || params instanceof MatchFault) {
      this.#misconfigured(hook, `failed to configure policy: ${fault?.message}`);
      return;
    }
    for (const binding of hook.bindings) {
      const { constraints, spec } = binding;
      const matched = constraints ? matchOf(constraints, this.#subject, this.#env) : served;
      if (!matched) continue;
      const found =
        matched instanceof MatchFault ? matched : collectParams(params, spec.paramRef, this.#subject.namespace);
      if (found instanceof MatchFault) {
        this.#misconfigured(hook, `failed to configure binding: ${found.message}`, binding);
        continue;
      }
      if (found.length === 0) continue;
      const unshown = this.#faults.get(served);
      if (unshown !== undefined) {
        const why = `failed to configure binding: failed to convert object version: ${unshown}`;
        this.#misconfigured(hook, why, binding);
        continue;
      }
      const values = { ...valuesOf(this.#subject, served), namespaceObject: namespaceValue(this.#subject, this.#env) };
      for (const param of found) this.#judge(hook, binding, { ...values, params: param });
    }
    this.#notes.policyEnds(hook.name);
  }

  #judge(hook: PolicyHook, binding: Binding<PolicyBinding['spec']>, values: AdmissionValues): void {
    const { policy } = hook;
    const verdict = judge({ policy, compiled: hook.compiled(), values, authorize: this.#authorize });
    const actions = binding.spec.validationActions ?? [];
    for (const { index, message, reason } of verdict.denials) {
      for (const action of actions) {
        if (action === 'Deny') this.#deny(hook, message, reason, binding);
        else if (action === 'Warn') {
          const who = `ValidatingAdmissionPolicy '${hook.name}' with binding '${binding.name}'`;
          this.#subject.review.warn(`Validation failed for ${who}: ${message}`);
        } else {
          this.#notes.failure({
            message,
            policy: hook.name,
            binding: binding.name,
            expressionIndex: index,
            validationActions: actions,
          });
        }
      }
    }
    for (const { key, value } of verdict.annotations) this.#notes.annotation(key, value);
    for (const fault of verdict.annotationFaults) this.#deny(hook, fault, undefined, binding);
  }

  #misconfigured(hook: PolicyHook, message: string, binding?: Binding<PolicyBinding['spec']>): void {
    if (hook.policy.spec.failurePolicy !== 'Ignore') this.#deny(hook, message, undefined, binding);
  }

  #deny(
    { name }: PolicyHook,
    message: string,
    reason: string | undefined,
    binding: Binding<PolicyBinding['spec']> | undefined,
  ): void {
    const who = `ValidatingAdmissionPolicy '${name}'${binding ? ` with binding '${binding.name}'` : ''}`;
    this.#refusal ??= { message: `${who} denied request: ${message}`, reason: reason ?? 'Invalid' };
  }
}

function refusalOf(review: Review, { message, reason }: Refusal): ApiError {
  const { group, resource } = review.asked?.info ?? review.info;
  const { status } = forbidden({ group, resource }, nameOf(review) || 'Unknown', message);
  const details = { ...status.details, causes: [{ message }] };
  return new ApiError(CODES[reason] ?? UNPROCESSABLE, reason, status.message ?? '', details);
}
