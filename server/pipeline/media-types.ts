/** Content negotiation: which encoding of the answer the client wants, and in which form. */
import { ApiError, notImplemented } from '../kube/api-error.ts';
import type { IncludeObject } from '../registry/table.ts';

export type Encoding = 'json' | 'yaml';
/** The object itself, or one of the forms that meta.k8s.io offers for every kind. */
export type Form = 'object' | 'table' | 'partial';

export interface Negotiated {
  readonly encoding: Encoding;
  readonly form: Form;
  readonly includeObject: IncludeObject;
  readonly pretty: boolean;
}

interface AcceptClause {
  readonly type: string;
  readonly quality: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Most preferred first; equal ones keep their order. */
function parseAccept(accept: string): AcceptClause[] {
  const clauses = accept.split(',').map((clause): AcceptClause => {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
    const parameters = Object.fromEntries(
      rest.map((part) => part.split('=', 2).map((text) => text.trim()) as [string, string]),
    );
    const quality = parameters.q === undefined ? 1 : Number(parameters.q);
    return { type: type.toLowerCase(), quality: Number.isNaN(quality) ? 1 : quality, parameters };
  });
  return clauses
    .map((clause, at) => ({ clause, at }))
    .sort((a, b) => b.clause.quality - a.clause.quality || a.at - b.at)
    .map(({ clause }) => clause);
}

const PLAIN: Negotiated = { encoding: 'json', form: 'object', includeObject: 'Metadata', pretty: false };

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const CBOR = 'application/cbor';

/** kube-apiserver lists what a resource endpoint offers in this order. */
const AVAILABLE = [
  'application/json',
  'application/yaml',
  PROTOBUF,
  'application/json;stream=watch',
  `${PROTOBUF};stream=watch`,
];

function notAcceptable(): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${AVAILABLE.join(', ')}`,
    {},
  );
}

function encodingOf(type: string): Encoding | 'missing' | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
    case '':
      return 'json';
    case 'application/yaml':
      return 'yaml';
    case PROTOBUF:
      return 'missing';
    default:
      return undefined;
  }
}

function formOf({ as, g, v }: AcceptClause['parameters']): Form | undefined {
  if (as === undefined) return 'object';
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined;
  if (as === 'Table') return v === 'v1' ? 'table' : undefined;
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'partial' : undefined;
}

/** Programs that people look at get indented JSON; `pretty=` says otherwise, in one of Go's spellings of true. */
export function wantsPretty(query: URLSearchParams, userAgent: string): boolean {
  const pretty = query.get('pretty');
  if (pretty) return /^(1|t|T|TRUE|true|True)$/.test(pretty);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}

/**
 * @throws ApiError 406 when nothing on offer is acceptable, 501 when only an encoding is that fauxkube lacks
 * @example
 * negotiate('application/json;as=Table;v=v1;g=meta.k8s.io,application/json', '', query).form // 'table'
 */
export function negotiate(accept: string, userAgent: string, query: URLSearchParams): Negotiated {
  const pretty = wantsPretty(query, userAgent);
  if (accept === '' || accept === 'application/json' || accept === '*/*') return pretty ? { ...PLAIN, pretty } : PLAIN;
  let missing: string | undefined;
  for (const { type, parameters } of parseAccept(accept)) {
    const encoding = encodingOf(type);
    const form = formOf(parameters);
    if (encoding === 'missing' || type === CBOR) missing ??= type;
    if (encoding === undefined || encoding === 'missing' || form === undefined) continue;
    return { encoding, form, includeObject: includeObjectOf(query), pretty };
  }
  throw missing === undefined || missing === CBOR ? notAcceptable() : notImplemented(`${missing} answers`);
}

function includeObjectOf(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject');
  return include === 'None' || include === 'Object' ? include : 'Metadata';
}
