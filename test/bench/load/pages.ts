import type { Connection } from './connection.ts';

/** What a client asks for that wants large lists in parts, unless it is told otherwise. */
const LIMIT = 500;

/** Lists a collection page by page, as client-go's pager does. @returns how many pages there were */
export async function listPages(connection: Connection, path: string): Promise<number> {
  let pages = 0;
  for (let token: string | undefined = ''; token !== undefined; pages++) {
    const next = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
    // The metadata come first; the items are read, but not looked at.
    const head = await connection.getHead(`${path}?limit=${LIMIT}${next}`);
    token = /"continue":"([^"]+)"/.exec(head)?.[1];
  }
  return pages;
}
