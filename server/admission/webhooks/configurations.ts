/** All webhooks that are registered, ready to be matched: kept current by watching, so that asking costs nothing. */
import type { Frozen } from '../../base/freeze.ts';
import { type LabelSelector, selectorFromObject } from '../../kube/labels.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { MutatingWebhook, MutatingWebhookConfiguration } from '../../kube/types.gen.ts';
import type { Storage } from '../../storage/storage.ts';

/** One webhook of a configuration. Validating ones are a subset of the mutating ones' fields. */
export interface Webhook {
  readonly configuration: string;
  /** Names need not be unique within a configuration: this is. */
  readonly uid: string;
  readonly spec: Frozen<MutatingWebhook>;
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
}

export class WebhookConfigurations {
  /** In the order in which mutating ones are called: by the name of their configuration. */
  webhooks: readonly Webhook[] = [];
  readonly #byName = new Map<string, readonly Webhook[]>();

  /** @param resource `mutatingwebhookconfigurations` or `validatingwebhookconfigurations` */
  constructor(storage: Pick<Storage, 'list' | 'watch'>, resource: string) {
    const prefix = `${resource}.admissionregistration.k8s.io/`;
    const { items, revision } = storage.list(prefix);
    for (const { value } of items) this.#place(value, true);
    this.#order();
    storage.watch(
      prefix,
      { after: revision, lasting: true },
      {
        events: (batch) => {
          for (const { type, now } of batch) this.#place(now.value, type !== 'deleted');
          this.#order();
        },
        end: () => undefined,
      },
    );
  }

  #place(object: Frozen<KubeObject>, exists: boolean): void {
    const { metadata, webhooks = [] } = object as unknown as Frozen<MutatingWebhookConfiguration>;
    const name = metadata.name ?? '';
    if (!exists) {
      this.#byName.delete(name);
      return;
    }
    const counts = new Map<string, number>();
    const ready = webhooks.map((spec): Webhook => {
      const count = counts.get(spec.name) ?? 0;
      counts.set(spec.name, count + 1);
      return {
        configuration: name,
        uid: `${name}/${spec.name}/${count}`,
        spec,
        namespaceSelector: selectorFromObject(spec.namespaceSelector ?? {}),
        objectSelector: selectorFromObject(spec.objectSelector ?? {}),
      };
    });
    this.#byName.set(name, ready);
  }

  #order(): void {
    const names = [...this.#byName.keys()].sort();
    this.webhooks = names.flatMap((name) => this.#byName.get(name) ?? []);
  }
}
