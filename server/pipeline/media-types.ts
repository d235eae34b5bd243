/** Content negotiation: which encoding of the answer the client wants, and in which form. */
import { ApiError, badRequest, notAcceptable } from '../kube/api-error.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { IncludeObject } from '../registry/table.ts';
import { type AcceptClause, acceptClauses, checkAccept, offerFor } from './pages/accept.ts';

export type Encoding = 'json' | 'yaml' | 'protobuf';
/** The object itself, or one of the forms that meta.k8s.io offers for every kind. */
export type Form = 'object' | 'table' | 'partial';

export interface Negotiated {
  readonly encoding: Encoding;
  readonly form: Form;
  /** Of meta.k8s.io, for the other forms. */
  readonly version: 'v1' | 'v1beta1';
  readonly includeObject: IncludeObject;
  readonly pretty: boolean;
  /** What the client called the form: a list has another name than one object. */
  readonly asked?: string;
}

const PLAIN: Negotiated = { encoding: 'json', form: 'object', version: 'v1', includeObject: 'Metadata', pretty: false };

const JSON_TYPE = 'application/json';
const YAML = 'application/yaml';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const OFFERS = [JSON_TYPE, YAML, PROTOBUF] as const;

const ENCODINGS = { [JSON_TYPE]: 'json', [YAML]: 'yaml', [PROTOBUF]: 'protobuf' } as const;

/** What collections offer besides: kube-apiserver lists it in this order. */
const COLLECTION_OFFERS = [...OFFERS, `${JSON_TYPE};stream=watch`, `${PROTOBUF};stream=watch`];

const FORMS: Readonly<Record<string, Form>> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial',
};

/** The form that a clause asks for; undefined when there is none such. */
function formOf({ as, g, v }: AcceptClause['parameters']): Form | undefined {
  if (as === undefined && g === undefined && v === undefined) return 'object';
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined;
  return as !== undefined && Object.hasOwn(FORMS, as) ? FORMS[as] : undefined;
}

const isPlain = (accept: string): boolean => accept === '' || accept === JSON_TYPE || accept === '*/*';

/** Programs that people look at get indented JSON; `pretty=` says otherwise, in one of Go's spellings of true. */
export function wantsPretty(query: URLSearchParams, userAgent: string): boolean {
  const pretty = query.get('pretty');
  if (pretty) return /^(1|t|T|TRUE|true|True)$/.test(pretty);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}

/** What a path offers besides objects in every encoding. */
export interface Offer {
  /** Lists and watches also come as streams. */
  readonly isCollection: boolean;
  /** Kinds that nobody can read have no columns: access reviews, token reviews, bindings. */
  readonly hasTable: boolean;
  /** Objects of custom resources have no messages. */
  readonly isCustom?: boolean;
}

/**
 * @throws ApiError 406 when nothing on offer is acceptable
 * @example
 * negotiate('application/json;as=Table;v=v1;g=meta.k8s.io,application/json', '', query, offer).form // 'table'
 */
export function negotiate(accept: string, userAgent: string, query: URLSearchParams, offer: Offer): Negotiated {
  // Whoever wants JSON gets it; reading the header anew for every request would take longer than finding the object.
  if (!isPlain(accept)) checkAccept(accept, offer.isCollection ? COLLECTION_OFFERS : OFFERS);
  return chooseForm(accept, userAgent, query, offer);
}

/** The same for pages and errors, whose routes do not say what they offer. @throws ApiError 406 */
export function chooseForm(
  accept: string,
  userAgent: string,
  query: URLSearchParams,
  { hasTable, isCustom }: Pick<Offer, 'hasTable' | 'isCustom'> = { hasTable: true },
): Negotiated {
  const pretty = wantsPretty(query, userAgent);
  if (isPlain(accept)) return pretty ? { ...PLAIN, pretty } : PLAIN;
  for (const clause of acceptClauses(accept)) {
    const type = offerFor(clause, OFFERS);
    const form = formOf(clause.parameters);
    if (type === undefined || form === undefined) continue;
    // Tables have cells of any type, which protobuf has no message for.
    if (form === 'table' && (!hasTable || type === PROTOBUF)) continue;
    if (form === 'object' && isCustom && type === PROTOBUF) continue;
    const { as, v } = clause.parameters;
    return {
      encoding: ENCODINGS[type],
      form,
      version: v === 'v1beta1' ? v : 'v1',
      includeObject: (query.get('includeObject') || 'Metadata') as IncludeObject,
      pretty,
      ...(as !== undefined && { asked: as }),
    };
  }
  throw notAcceptable(OFFERS);
}

const INCLUDES: readonly IncludeObject[] = ['None', 'Metadata', 'Object'];

/** What upstream finds out when it makes the table, after everything else. @throws ApiError 400 */
export function checkIncludeObject({ form, includeObject }: Negotiated): void {
  if (form !== 'table' || INCLUDES.includes(includeObject)) return;
  const allowed = "must be 'Metadata', 'Object', 'None', or empty";
  const problem = `includeObject: Invalid value: ${goQuote(includeObject)}: ${allowed}`;
  throw badRequest(`Unable to convert to Table as requested: ${problem}`);
}

/**
 * Lists and single objects have forms of different names.
 *
 * @param internalType the Go type of what would be sent, as upstream names it: `core.ConfigMap`
 * @throws ApiError 406
 */
export function checkForm({ asked }: Negotiated, isList: boolean, internalType: string): void {
  if (asked === undefined || asked === 'Table' || (asked === 'PartialObjectMetadataList') === isList) return;
  const found = isList ? `a list (*${internalType}List)` : `not a list (*${internalType})`;
  throw new ApiError(406, 'NotAcceptable', `you requested ${asked}, but the requested object is ${found}`);
}
