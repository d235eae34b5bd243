import { goQuote } from '../../kube/go-quote.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

/** A failure of the server that upstream's handlers tell in plain text (responsewriters.InternalError). */
export function plainFailure({ path, query, rawQuery }: ApiRequest, why: string): ApiResponse {
  const uri = query.size === 0 ? path : `${path}?${rawQuery ?? query.toString()}`;
  const body = `${withoutMarkup(`Internal Server Error: ${goQuote(uri)}: ${why}`)}\n`;
  const headers = { 'x-content-type-options': 'nosniff' };
  return { type: 'bytes', status: 500, mediaType: 'text/plain; charset=utf-8', body, headers };
}

/** Upstream sees to it that what a client chose freely never looks like HTML. */
export function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
