import type { ExtensionKind } from '../../kube/extension-server.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { OutboundRequest, OutboundResponse } from '../../kube/outbound.ts';

/** What webhooks that convert are sent. */
interface ConversionReview {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly KubeObject[];
  };
}

/** Converts as a webhook would, without anything leaving the process. */
export class KindConversion {
  readonly #kinds: readonly ExtensionKind[];

  constructor(kinds: readonly ExtensionKind[]) {
    this.#kinds = kinds;
  }

  /** Answers what is sent to the webhook of a definition. */
  async answer({ body = '' }: Pick<OutboundRequest, 'body'>): Promise<OutboundResponse> {
    const { apiVersion, kind, request } = JSON.parse(body.toString()) as ConversionReview;
    const { uid, desiredAPIVersion, objects } = request;
    const response = {
      uid,
      result: { status: 'Success' },
      convertedObjects: objects.map((object) => this.#converted(object, desiredAPIVersion)),
    };
    const text = JSON.stringify({ apiVersion, kind, response });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
  }

  #converted(object: KubeObject, apiVersion: string): KubeObject {
    const kind = this.#kinds.find(({ spec }) => spec.names.kind === object.kind);
    return { ...(kind?.convert?.(object, apiVersion) ?? object), apiVersion };
  }
}
