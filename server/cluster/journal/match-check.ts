/** What keeps a search for requests from passing in silence because nothing can ever fit it. */
import { globMatches } from '../../base/glob.ts';
import { didYouMean } from '../../base/near-names.ts';
import { badRequest } from '../../kube/api-error.ts';
import { meantResource } from '../../schema/meant-resource.ts';
import type { RequestMatch } from './request-match.ts';

export const MATCH_FIELDS = [
  'resource',
  'namespace',
  'name',
  'verb',
  'user',
  'userAgent',
  'code',
  'testId',
  'path',
] as const satisfies readonly (keyof RequestMatch)[];

/** Fields whose values hold no commas of their own. */
export const LISTS: ReadonlySet<keyof RequestMatch> = new Set(['resource', 'verb', 'code']);

/** Those of resources, and after them what paths of no resource have besides: methods in small letters. */
const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'head',
  'post',
  'put',
  'options',
  'connect',
  'trace',
];

const CODES = Array.from({ length: 500 }, (_, index) => String(100 + index));
const CODE_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** A test for codes of answers: `404`, `4xx`, `4*`. */
export const codeTest =
  (wanted: string): ((code: string) => boolean) =>
  (code) =>
    globMatches(wanted.toLowerCase().replace(/x/g, '*'), code);

/** @throws ApiError 400 for fields that there are not, and for values that no request can have */
export function checkMatch(match: unknown): void {
  if (typeof match !== 'object' || match === null || Array.isArray(match))
    throw badRequest(`match has to be an object, and is ${JSON.stringify(match)}`);
  for (const [name, wanted] of Object.entries(match) as [string, unknown][]) {
    const field = MATCH_FIELDS.find((known) => known === name);
    if (wanted === undefined) continue;
    if (field === undefined) {
      const meant = didYouMean(name, MATCH_FIELDS).replace('mean ', 'mean match.');
      throw badRequest(`there is no match.${name}; there are ${MATCH_FIELDS.join(', ')}${meant}`);
    }
    checkValue(field, wanted);
  }
}

function checkValue(field: keyof RequestMatch, wanted: unknown): void {
  if (typeof wanted !== 'string' && !(field === 'code' && typeof wanted === 'number'))
    throw badRequest(`match.${field} has to be a text, and is ${JSON.stringify(wanted)}`);
  const alternatives = String(wanted)
    .split(',')
    .map((text) => text.trim());
  if (field === 'resource') for (const resource of alternatives) checkResource(resource);
  if (field === 'verb') for (const verb of alternatives) checkVerb(verb);
  if (field === 'code') for (const code of alternatives) checkCode(code);
}

/** Paths have plurals, and the group of the oldest kinds has no name in them. Others may be custom resources. */
function checkResource(text: string): void {
  const [whole = '', ...subresource] = text.split('/');
  const dot = whole.indexOf('.');
  const plural = dot < 0 ? whole : whole.slice(0, dot);
  const group = dot < 0 ? '' : whole.slice(dot);
  const meant = meantResource(plural);
  if (meant === undefined && group !== '.core') return;
  const better = [`${meant ?? plural}${group === '.core' ? '' : group}`, ...subresource].join('/');
  throw badRequest(`no request is for a resource ${JSON.stringify(text)}; did you mean ${better}?`);
}

function checkVerb(verb: string): void {
  if (VERBS.some((known) => globMatches(verb, known))) return;
  throw badRequest(`there is no verb ${JSON.stringify(verb)}; there are ${VERBS.join(', ')}${didYouMean(verb, VERBS)}`);
}

function checkCode(code: string): void {
  const isPattern = /^[1-5x][\dx]{2}$/i.test(code) || code.includes('*');
  if (isPattern && CODES.some(codeTest(code))) return;
  throw badRequest(
    `code has to be a number from 100 to 599 or such as 4xx, and is ${JSON.stringify(code)}` +
      didYouMean(code, CODE_CLASSES),
  );
}
