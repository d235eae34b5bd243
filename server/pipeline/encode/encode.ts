/** From a response to bytes, in the encoding and form that the client asked for. */

import { ApiError } from '../../kube/api-error.ts';
import { partialMetadata } from '../../registry/table.ts';
import { chooseForm, type Negotiated } from '../media-types.ts';
import type {
  ApiRequest,
  ApiResponse,
  HangUpScope,
  SessionResponse,
  TunnelResponse,
  WatchResponse,
} from '../request.ts';
import { metaVersion, objectTable } from './forms.ts';
import { jsonBytes, valueBytes } from './json.ts';
import { listChunks } from './list.ts';
import { objectProtobuf, valueProtobuf } from './protobuf.ts';
import { isScale, scaleForm } from './scale-table.ts';
import { FrameEncoder } from './watch-frames.ts';
import { loadYaml, toYaml } from './yaml.ts';

/** What goes onto a socket. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body:
    | { readonly type: 'buffer'; readonly buffer: Buffer }
    | {
        readonly type: 'chunks';
        readonly chunks: AsyncIterable<Buffer>;
        /** Of what comes from elsewhere, when the client has gone. The head is not kept until there is a body. */
        readonly abort?: () => void;
        /** Whether a client may have it as messages over WebSocket. */
        readonly isStream?: boolean;
      }
    | { readonly type: 'tunnel'; readonly response: TunnelResponse }
    | { readonly type: 'session'; readonly response: SessionResponse }
    /** Breaks off: at once, or after the head and some bytes of an answer. */
    | {
        readonly type: 'hang-up';
        readonly scope: HangUpScope;
        readonly begun?: { readonly answer: WireResponse; readonly bytes: number | undefined };
      }
    | { readonly type: 'watch'; readonly response: WatchResponse; readonly frames: FrameEncoder };
}

const MEDIA_TYPES = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
} as const;

const PROTOBUF_STREAM = 'application/vnd.kubernetes.protobuf;stream=watch';

/** net/http quotes the text of a Warning header; code 299 is "miscellaneous persistent warning". */
function warningHeader(text: string): string {
  return `299 - "${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replace(/[^\x20-\x7e\x80-\uffff]/g, ' ')}"`;
}

function headersOf(mediaType: string, request: ApiRequest): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'content-type': mediaType,
    'cache-control': 'no-cache, private',
  };
  if (request.warnings.length > 0) headers.warning = request.warnings.map(warningHeader);
  return headers;
}

function buffer(status: number, headers: WireResponse['headers'], bytes: Buffer): WireResponse {
  headers['content-length'] = String(bytes.length);
  return { status, headers, body: { type: 'buffer', buffer: bytes } };
}

/** Loads what the answer to a request needs for its encoding; nothing for JSON. */
export function prepareEncoding(request: ApiRequest): Promise<void> | undefined {
  return request.header('accept')?.includes('yaml') ? loadYaml() : undefined;
}

/**
 * Encodes an answer, after {@link prepareEncoding}. A client that accepts nothing on offer gets 406 instead.
 *
 * @param now the cluster's time, for ages in tables
 */
export function encode(request: ApiRequest, response: ApiResponse, now: () => number): WireResponse {
  if (response.type === 'bytes') {
    const headers = { ...headersOf(response.mediaType, request), ...response.headers };
    return buffer(
      response.status,
      headers,
      Buffer.isBuffer(response.body) ? response.body : Buffer.from(response.body),
    );
  }
  if (response.type === 'proxied') {
    return {
      status: response.status,
      headers: { ...response.headers },
      body: {
        type: 'chunks',
        chunks: response.body,
        ...(response.abort && { abort: response.abort }),
        ...(response.isStream && { isStream: true }),
      },
    };
  }
  if (response.type === 'tunnel') {
    const headers = Object.entries(response.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    return {
      status: response.status,
      headers: Object.fromEntries(headers) as WireResponse['headers'],
      body: { type: 'tunnel', response },
    };
  }
  if (response.type === 'hang-up') {
    const { scope, begun } = response;
    const answer = begun && encode(request, begun.answer, now);
    const body = { type: 'hang-up', scope, ...(begun && answer && { begun: { answer, bytes: begun.bytes } }) } as const;
    return { status: 0, headers: answer?.headers ?? {}, body };
  }
  if (response.type === 'session') return { status: response.status, headers: {}, body: { type: 'session', response } };
  return encodeAs(request, response, request.form ?? formOf(request, response), now);
}

const PLAIN: Negotiated = { encoding: 'json', form: 'object', version: 'v1', includeObject: 'Metadata', pretty: true };

/** Pages and errors that came before negotiation: whoever accepts nothing on offer is told in indented JSON. */
function formOf(request: ApiRequest, { type }: ApiResponse): Negotiated {
  try {
    const form = chooseForm(request.header('accept') ?? '', request.header('user-agent') ?? '', request.query);
    return type === 'value' ? { ...form, form: 'object' } : form;
  } catch (error) {
    if (error instanceof ApiError) return PLAIN;
    throw error;
  }
}

function valueResponse(
  request: ApiRequest,
  status: number,
  value: unknown,
  { encoding, pretty }: Negotiated,
): WireResponse {
  const bytes =
    encoding === 'protobuf'
      ? valueProtobuf(value as object)
      : encoding === 'yaml'
        ? Buffer.from(toYaml(value))
        : valueBytes(value, pretty);
  const headers = headersOf(MEDIA_TYPES[encoding], request);
  const retryAfter = (value as { details?: { retryAfterSeconds?: number } }).details?.retryAfterSeconds;
  if (status >= 400 && retryAfter) headers['retry-after'] = String(retryAfter);
  return buffer(status, headers, bytes);
}

function encodeAs(
  request: ApiRequest,
  response: Exclude<ApiResponse, { type: 'bytes' | 'proxied' | 'tunnel' | 'session' | 'hang-up' }>,
  form: Negotiated,
  now: () => number,
): WireResponse {
  switch (response.type) {
    case 'value': {
      const { status, value } = response;
      const shown = form.form !== 'object' && isScale(value) ? scaleForm(value, form, now()) : value;
      return valueResponse(request, status, shown, form);
    }
    case 'object': {
      const { served, object, status } = response;
      if (form.form === 'table') return valueResponse(request, status, objectTable(served, object, form, now()), form);
      if (form.form === 'partial') {
        const partial = partialMetadata(object.value, metaVersion(form), served.store.definition);
        return valueResponse(request, status, partial, form);
      }
      if (form.encoding === 'protobuf')
        return buffer(status, headersOf(MEDIA_TYPES.protobuf, request), objectProtobuf(served, object));
      const bytes = jsonBytes(served, object);
      if (form.encoding === 'json' && !form.pretty)
        return buffer(status, headersOf('application/json', request), bytes);
      return valueResponse(request, status, JSON.parse(bytes.toString()), form);
    }
    case 'list': {
      const chunks = listChunks(response, form, now());
      return { status: 200, headers: headersOf(MEDIA_TYPES[form.encoding], request), body: { type: 'chunks', chunks } };
    }
    case 'watch': {
      const frames = new FrameEncoder(response.served, form, now);
      return {
        status: 200,
        headers: headersOf(form.encoding === 'protobuf' ? PROTOBUF_STREAM : 'application/json', request),
        body: { type: 'watch', response, frames },
      };
    }
  }
}
