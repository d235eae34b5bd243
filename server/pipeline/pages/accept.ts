/** What pages read in an Accept header, as upstream's goautoneg and go-restful do. */
import { ApiError, methodNotAllowed } from '../../kube/api-error.ts';
import type { ApiRequest } from '../request.ts';

export interface AcceptClause {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function clauseOf(text: string): (AcceptClause & { quality: number }) | undefined {
  const [media = '', ...rest] = text.split(';').map((part) => part.trim());
  const [type = '', subtype = type === '*' ? '*' : '', ...more] = media.split('/').map((part) => part.trim());
  if (subtype === '' || more.length > 0) return undefined;
  const pairs = rest.map((part) => part.split('=').map((side) => side.trim())).filter(({ length }) => length === 2);
  const parameters = Object.fromEntries(pairs as [string, string][]);
  const quality = parameters.q === undefined ? 1 : Number(parameters.q);
  return { type, subtype, parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

/** Most wanted first; of the same quality, what has no wildcard. No header accepts everything. */
export function acceptClauses(header: string | undefined): readonly AcceptClause[] {
  const clauses = (header || '*/*').split(',').flatMap((text) => clauseOf(text) ?? []);
  const wildcards = ({ type, subtype }: AcceptClause): number => (type === '*' ? 2 : 0) + (subtype === '*' ? 1 : 0);
  return clauses.sort((a, b) => b.quality - a.quality || wildcards(a) - wildcards(b));
}

/** The first of `offers` (`application/json`) that a clause accepts. */
export function offerFor<Offer extends string>(clause: AcceptClause, offers: readonly Offer[]): Offer | undefined {
  const { type, subtype } = clause;
  return offers.find((offer) => {
    const [offeredType, offeredSubtype] = offer.split('/');
    return (type === '*' || type === offeredType) && (subtype === '*' || subtype === offeredSubtype);
  });
}

/** The first of `offers` that the header accepts. */
export function chooseMediaType<Offer extends string>(
  header: string | undefined,
  offers: readonly Offer[],
): Offer | undefined {
  for (const clause of acceptClauses(header)) {
    const offer = offerFor(clause, offers);
    if (offer) return offer;
  }
  return undefined;
}

/**
 * What go-restful checks before it calls a handler: GET, and that one of its media types is named in full, or any type
 * will do. Parameters and partial wildcards mean nothing to it.
 *
 * @throws ApiError 405 or 406
 */
export function checkRoute(request: ApiRequest, offers: readonly string[]): void {
  if (request.method !== 'GET') throw methodNotAllowed();
  checkAccept(request.header('accept'), offers);
}

/** @throws ApiError 406 */
export function checkAccept(header: string | undefined, offers: readonly string[]): void {
  const types = (header || '*/*').split(',').map((clause) => clause.split(';', 1)[0]?.trim());
  if (types.some((type) => type === '*/*' || offers.includes(type ?? ''))) return;
  const representations = offers.join(', ');
  throw new ApiError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${representations}`, {});
}

/** Whether a client takes compressed pages. */
export function acceptsGzip(request: ApiRequest): boolean {
  return (request.header('accept-encoding') ?? '').split(',').some((coding) => {
    const [name = '', quality = 'q=1'] = coding.split(';').map((part) => part.trim());
    return name.toLowerCase() === 'gzip' && Number(quality.slice(2)) > 0;
  });
}
