/** `/-/ui/`: the files of the dashboard. Nothing of a cluster is in them, and everybody may have them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { ApiError } from '../kube/api-error.ts';
import type { ApiRequest, ApiResponse } from '../pipeline/request.ts';
import { isFromHere } from './access.ts';
import type { AdminTarget } from './target.ts';

const FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'app.js': 'text/javascript; charset=utf-8',
  'app.css': 'text/css; charset=utf-8',
};

/** Beside the bundle, and from the sources where the build puts it. */
const FOLDERS = ['./dashboard/', '../../dist/dashboard/'];

/** The page runs its own files only, and nobody shows it within another. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

interface PageFile {
  readonly body: Buffer;
  readonly etag: string;
}

const files = new Map<string, PageFile>();

/** @throws ApiError 503 for a server that runs from its sources, and whose dashboard nobody has built */
function fileNamed(name: string): PageFile {
  const known = files.get(name);
  if (known) return known;
  const folder = FOLDERS.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(new URL(name, url)));
  if (!folder) throw new ApiError(503, 'ServiceUnavailable', 'the dashboard is not built: npm run build makes it');
  const body = readFileSync(new URL(name, folder));
  const file = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
  files.set(name, file);
  return file;
}

function redirect(location: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  const more = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', ...headers };
  return {
    type: 'bytes',
    status: 303,
    mediaType: 'text/plain; charset=utf-8',
    body: `See ${location}\n`,
    headers: more,
  };
}

/** A browser on this machine is let in where programs on it are (`--insecure-admin`); one that asks for it only. */
function ownCookie(request: ApiRequest, { access, uiSessions }: AdminTarget): { 'set-cookie'?: string } {
  const isOpened = request.header('sec-fetch-dest') === 'document';
  if (!access.openToLoopback || !isOpened || !isFromHere(request)) return {};
  return { 'set-cookie': uiSessions.begin(request) };
}

/** @returns undefined for a request that is for no file of the dashboard. @throws ApiError */
export function uiPage(request: ApiRequest, target: AdminTarget): ApiResponse | undefined {
  const { segments } = request.info;
  if (segments[1] !== 'ui' || segments.length > 3 || !['GET', 'HEAD'].includes(request.method)) return undefined;
  if (segments.length === 2 && !request.path.endsWith('/')) return redirect('ui/');
  const name = segments[2] ?? 'index.html';
  const mediaType = FILES[name];
  if (mediaType === undefined || !Object.hasOwn(FILES, name)) return undefined;
  const token = request.query.get('token');
  if (token !== null && name === 'index.html') {
    // A token that is good no more leads to the page, too: it says so, unless the browser is in already.
    return target.uiSessions.use(token)
      ? redirect('./', { 'set-cookie': target.uiSessions.begin(request) })
      : redirect('./#/spent');
  }
  const { body, etag } = fileNamed(name);
  const cookie = name === 'index.html' ? ownCookie(request, target) : {};
  const headers = { ...HEADERS, etag, 'cache-control': 'no-cache', ...cookie };
  if (request.header('if-none-match') === etag) return { type: 'bytes', status: 304, mediaType, body: '', headers };
  return { type: 'bytes', status: 200, mediaType, body, headers };
}
