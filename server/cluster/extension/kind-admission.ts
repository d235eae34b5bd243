import { forbidden, notFound } from '../../kube/api-error.ts';
import type { AskExtended, ExtensionKind } from '../../kube/extension-server.ts';
import { invalidObject } from '../../kube/field-problem.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { AdmissionChain, Review } from '../../registry/admission-chain.ts';

/** What an extension server does with writes: what its kinds say, in namespaces that there are. */
export class KindAdmission implements AdmissionChain {
  readonly #kinds: ReadonlyMap<string, ExtensionKind>;
  readonly #find: (plural: string) => readonly KubeObject[];
  readonly #ask: AskExtended;

  constructor(kinds: readonly ExtensionKind[], find: (plural: string) => readonly KubeObject[], ask: AskExtended) {
    this.#kinds = new Map(kinds.map((kind) => [kind.spec.names.plural, kind]));
    this.#find = find;
    this.#ask = ask;
  }

  async mutate({ operation, object, info, key }: Review): Promise<void> {
    const kind = this.#kinds.get(info.resource);
    if (!object) return;
    kind?.fillIn?.(object);
    if (operation !== 'create') return;
    if (key.namespace !== '') await this.#checkNamespace(key.namespace);
    const why = kind?.ban?.(object, this.#find);
    if (why !== undefined) throw forbidden(info, key.name, why);
  }

  async validate({ operation, object, info, key }: Review): Promise<void> {
    const problems = operation === 'create' && object ? (this.#kinds.get(info.resource)?.problems?.(object) ?? []) : [];
    if (problems.length > 0) throw invalidObject({ group: info.group, kind: info.kind }, key.name, [...problems]);
  }

  /** NamespaceLifecycle, whose namespaces are those of the server that is extended. */
  async #checkNamespace(name: string): Promise<void> {
    const { status } = await this.#ask('GET', `/api/v1/namespaces/${name}`);
    if (status === 404) throw notFound({ group: '', resource: 'namespaces' }, name);
  }
}
