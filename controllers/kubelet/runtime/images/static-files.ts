/** Files of a container, as servers of files give them out. */
import { SystemError } from '../machine/errno.ts';
import type { Place } from '../machine/file-view.ts';
import { may } from '../machine/inode.ts';
import type { Process } from '../machine/process.ts';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'application/javascript',
  json: 'application/json',
  mjs: 'application/javascript',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  wasm: 'application/wasm',
  webp: 'image/webp',
  xml: 'text/xml',
  zip: 'application/zip',
};

/** By the end of the name. */
export function contentType(path: string, otherwise: string): string {
  const end = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(TYPES, end) ? TYPES[end] : undefined) ?? otherwise;
}

/** What a path of a request means. @returns undefined for what is badly written or leads out of the folder */
export function decodedPath(path: string): string | undefined {
  try {
    const names: string[] = [];
    for (const name of decodeURIComponent(path).split('/')) {
      if (name === '..' && names.pop() === undefined) return undefined;
      if (name !== '..' && name !== '.' && name !== '') names.push(Buffer.from(name).toString('latin1'));
    }
    return `/${names.join('/')}${path.endsWith('/') && names.length > 0 ? '/' : ''}`;
  } catch {
    return undefined;
  }
}

export type Found =
  | { readonly kind: 'file'; readonly place: Place; readonly content: Buffer; readonly modified: Date }
  | { readonly kind: 'directory'; readonly place: Place }
  | { readonly kind: 'missing' }
  | { readonly kind: 'forbidden' };

/** Looks a file up, and reads it. */
export function findFile(process: Process, path: string): Found {
  try {
    const place = process.view.find(path.replace(/(.)\/$/, '$1'), process);
    const { node } = place;
    if (node.kind === 'directory') return { kind: 'directory', place };
    if (node.kind !== 'file') return { kind: 'missing' };
    if (!may(node, 4, process)) return { kind: 'forbidden' };
    // What a write changes meanwhile must not change what is on its way.
    const content = Buffer.from(node.read(0, node.size));
    return { kind: 'file', place, content, modified: new Date(node.attributes.mtimeMs) };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { kind: error.code === 'EACCES' ? 'forbidden' : 'missing' };
  }
}
