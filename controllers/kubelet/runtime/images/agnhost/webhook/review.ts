/** What the webhook is sent and answers with: admission.k8s.io, in both of its versions. */

type Json = { readonly [key: string]: unknown };

/** An AdmissionRequest, as far as the handlers read it. */
export interface ReviewedRequest {
  readonly uid?: string;
  readonly name?: string;
  readonly operation?: string;
  readonly subResource?: string;
  readonly resource?: { readonly group?: string; readonly version?: string; readonly resource?: string };
  readonly object?: Json | null;
  readonly oldObject?: Json | null;
}

/** What a handler makes of a request. Where upstream's returns nil, its server hangs up. */
export type Verdict =
  | { readonly allowed: boolean; readonly result?: Json; readonly patch?: readonly object[] }
  | 'hangs up';

/** Whatever keeps a request from being understood is the message of a refusal. */
export const refused = (message: string): Verdict => ({ allowed: false, result: { message } });

/** The response in an AdmissionReview, with fields in the order in which Go writes them. */
export function reviewAnswer(
  apiVersion: string,
  uid: string,
  { allowed, result, patch }: Exclude<Verdict, 'hangs up'>,
): string {
  const response = {
    uid,
    allowed,
    ...(result && { status: { metadata: {}, ...result } }),
    ...(patch && { patch: Buffer.from(JSON.stringify(patch)).toString('base64'), patchType: 'JSONPatch' }),
  };
  return JSON.stringify({ kind: 'AdmissionReview', apiVersion, response });
}

/** `{"" "v1" "pods"}`, as Go prints a resource where it was expected. */
export const resourceText = ({ group = '', version = '', resource = '' }: ReviewedRequest['resource'] = {}): string =>
  `${group}/${version}, Resource=${resource}`;

/** Whether a request is about this resource. */
export function isAbout(
  { resource: asked }: ReviewedRequest,
  group: string,
  version: string,
  resource: string,
): boolean {
  const { group: askedGroup = '', version: askedVersion = '', resource: askedResource = '' } = asked ?? {};
  return askedGroup === group && askedVersion === version && askedResource === resource;
}

/** An entry of an object that may not be there. */
export const child = (object: unknown, key: string): unknown =>
  typeof object === 'object' && object !== null && Object.hasOwn(object, key) ? (object as Json)[key] : undefined;

/** Texts by name, such as labels or the data of a ConfigMap. */
export function textsOf(object: unknown): Readonly<Record<string, string>> {
  const texts: [string, string][] = [];
  if (typeof object === 'object' && object !== null)
    for (const [key, value] of Object.entries(object)) if (typeof value === 'string') texts.push([key, value]);
  return Object.fromEntries(texts);
}

/** One text by name. */
export function textAt(object: unknown, key: string): string | undefined {
  const value = child(object, key);
  return typeof value === 'string' ? value : undefined;
}
