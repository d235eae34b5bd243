/**
 * Asks the webhook of a definition to convert objects (apiextensions-apiserver/pkg/apiserver/conversion,
 * webhookConverter). Upstream asks for each object by itself; here objects that are read together are asked for
 * together, and apart again when something is wrong with the answer, so that the messages are the same.
 */
import type { Frozen } from '../../../base/freeze.ts';
import type { Random } from '../../../base/random.ts';
import type { KubeObject } from '../../../kube/object.ts';
import type { Outbound, OutboundResponse, ServiceConnector } from '../../../kube/outbound.ts';
import { unexpectedResponse } from '../../../kube/unexpected-response.ts';
import { WEBHOOK_HEADERS, webhookTarget } from '../../../kube/webhook-target.ts';
import { sortedKeys } from '../../../schema/sorted-keys.ts';
import type { Definition } from '../custom-version.ts';
import { AnswerError, convertedObjects, type ReviewVersion } from './conversion-answer.ts';
import { acceptedObject, kindText } from './converted-object.ts';

/** How webhooks outside are reached. */
export interface WebhookAccess {
  readonly outbound: Outbound;
  readonly services: ServiceConnector;
  readonly random: Random;
  /** Somebody waits for what they answer, until the returned function is called. */
  readonly begin?: (name: string) => () => void;
}

/** Objects in one call: answers have an upper bound, and so has the time for them. */
const OBJECTS_MAX = 200;
const TIMEOUT_SECONDS = 30;
const REVIEW_VERSIONS: readonly string[] = ['v1', 'v1beta1'];

export type Converted = KubeObject | Error;

/** The call itself failed: it would for any object. */
class CallError extends Error {}

export class WebhookConverter {
  readonly #conversion: Frozen<NonNullable<Definition['spec']['conversion']>>;
  readonly #access: WebhookAccess;

  constructor(conversion: Frozen<NonNullable<Definition['spec']['conversion']>>, access: WebhookAccess) {
    this.#conversion = conversion;
    this.#access = access;
  }

  /** One object. @throws Error whose message is upstream's */
  async convert(object: Frozen<KubeObject>, apiVersion: string): Promise<KubeObject> {
    const [converted] = await this.#ask([object], apiVersion);
    return converted as KubeObject;
  }

  /** Many objects that are not in the version yet: what became of each, or why it could not be converted. */
  async convertAll(objects: readonly Frozen<KubeObject>[], apiVersion: string): Promise<Converted[]> {
    const converted: Converted[] = [];
    for (let from = 0; from < objects.length; from += OBJECTS_MAX)
      converted.push(...(await this.#some(objects.slice(from, from + OBJECTS_MAX), apiVersion)));
    return converted;
  }

  async #some(objects: readonly Frozen<KubeObject>[], apiVersion: string): Promise<Converted[]> {
    try {
      return await this.#ask(objects, apiVersion);
    } catch (error) {
      if (error instanceof CallError || objects.length === 1) return objects.map(() => error as Error);
    }
    const converted: Converted[] = [];
    for (const object of objects) converted.push(await this.convert(object, apiVersion).catch((error: Error) => error));
    return converted;
  }

  async #ask(objects: readonly Frozen<KubeObject>[], apiVersion: string): Promise<KubeObject[]> {
    const [first] = objects;
    if (!first) return [];
    const { webhook } = this.#conversion;
    const version = webhook?.conversionReviewVersions?.find((known) => REVIEW_VERSIONS.includes(known));
    if (!webhook || !version) throw new CallError('no supported conversion review versions');
    const uid = this.#access.random.uuid();
    const about = `conversion webhook for ${kindText(first)}`;
    const answer = await this.#call(reviewText(objects, apiVersion, version, uid), about);
    let found: readonly unknown[];
    try {
      const fault = unexpectedResponse(answer);
      if (fault !== undefined) throw new AnswerError(fault);
      found = convertedObjects(answer, version as ReviewVersion, uid);
    } catch (error) {
      throw new Error(`${about} failed: ${(error as Error).message}`);
    }
    if (found.length !== objects.length)
      throw new Error(`${about} returned ${found.length} objects, expected ${objects.length}`);
    return objects.map((object, i) => acceptedObject(object, found[i], apiVersion));
  }

  async #call(body: string, about: string): Promise<OutboundResponse> {
    const { outbound, services } = this.#access;
    try {
      // Spaces only are no bundle.
      const { caBundle, ...config } = this.#conversion.webhook?.clientConfig ?? {};
      const bundle =
        Buffer.from(caBundle ?? '', 'base64')
          .toString()
          .trim() === ''
          ? {}
          : { caBundle };
      return await outbound.call({
        ...webhookTarget({ ...config, ...bundle } as Parameters<typeof webhookTarget>[0], TIMEOUT_SECONDS, services),
        headers: WEBHOOK_HEADERS,
        body,
        timeoutMs: TIMEOUT_SECONDS * 1000,
      });
    } catch (error) {
      throw new CallError(`${about} failed: ${(error as Error).message}`);
    }
  }
}

function reviewText(objects: readonly Frozen<KubeObject>[], apiVersion: string, version: string, uid: string): string {
  const request = { uid, desiredAPIVersion: apiVersion, objects: objects.map(sortedKeys) };
  const response = { uid: '', convertedObjects: null, result: { metadata: {} } };
  return JSON.stringify({
    kind: 'ConversionReview',
    apiVersion: `apiextensions.k8s.io/${version}`,
    request,
    response,
  });
}
