/** Tokens from a file: kube-apiserver's --token-auth-file. */
import type { User } from '../kube/object.ts';
import { authenticated } from './well-known-users.ts';

/** Users by token. */
export type StaticTokens = ReadonlyMap<string, User>;

/**
 * Reads `token,user,uid,"group1,group2"` lines; the groups may be left out.
 *
 * @throws Error with upstream's words for a line with fewer than three columns
 * @example
 * parseStaticTokens('secret,jane,1001,"dev,ops"').get('secret')?.name // 'jane'
 */
export function parseStaticTokens(csv: string, path = 'tokens.csv'): StaticTokens {
  const tokens = new Map<string, User>();
  for (const record of parseCsv(csv)) {
    if (record.length < 3) {
      const needed = 'must have at least 3 columns (token, user name, user uid)';
      throw new Error(`token file '${path}' ${needed}, found ${record.length}`);
    }
    const [token = '', name = '', uid = '', groups] = record;
    if (token === '') continue;
    tokens.set(token, authenticated({ name, uid, groups: groups?.split(',') ?? [] }));
  }
  return tokens;
}

/** Records of a CSV text (RFC 4180). A quoted field may hold commas, line breaks and doubled quotes. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (field.lastIndex < text.length || record.length > 0) {
    const match = field.exec(text);
    if (!match) throw new Error(`parse error on line ${records.length + 1}: extraneous or missing " in quoted-field`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
    if (match[3] === '') break;
  }
  return records;
}
