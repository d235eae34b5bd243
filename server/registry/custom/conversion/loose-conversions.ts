import type { Cancel } from '../../../base/clock.ts';
import type { Frozen } from '../../../base/freeze.ts';
import { ApiError } from '../../../kube/api-error.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { sortedKeys } from '../../../schema/sorted-keys.ts';
import { Unconverted } from './unconverted.ts';
import type { WebhookConverter } from './webhook-converter.ts';

/**
 * Conversions of objects that are not stored: those that managers of fields and webhooks of admission see in other
 * versions. They are kept while requests that need them are under way, and not longer: a webhook may change its mind.
 */
export class LooseConversions {
  readonly #webhook: WebhookConverter;
  readonly #known = new Map<string, KubeObject>();
  #requests = 0;

  constructor(webhook: WebhookConverter) {
    this.#webhook = webhook;
  }

  /** Keeps conversions until it is called back. */
  begin(): Cancel {
    this.#requests++;
    return () => {
      if (--this.#requests === 0) this.#known.clear();
    };
  }

  /** @throws Unconverted where the webhook has to be asked first */
  convert(object: Frozen<KubeObject>, apiVersion: string): KubeObject {
    if (object.apiVersion === apiVersion) return object as KubeObject;
    // What says nothing but what it is needs no webhook.
    if (Object.keys(object).length === 2 && object.kind !== undefined) return { ...object, apiVersion } as KubeObject;
    const text = `${apiVersion} ${JSON.stringify(sortedKeys(object))}`;
    const known = this.#known.get(text);
    if (known) return known;
    throw new Unconverted(async () => {
      try {
        this.#known.set(text, await this.#webhook.convert(object, apiVersion));
      } catch (error) {
        throw new ApiError(500, '', (error as Error).message);
      }
    });
  }
}
