/** Requests to the cluster whose dashboard this is: all URLs are relative to the page. */

/** `https://127.0.0.1:6443/`, or `…/clusters/ci-7/` of a virtual cluster. */
export const ROOT = new URL('../../', location.href);

/** What a server has answered that could not do what was asked. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Asked {
  readonly method?: string;
  readonly body?: object;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

function messageOf(text: string, status: number): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (message !== undefined) return message;
  } catch {
    // A text, or nothing.
  }
  return text.trim() || `the server answered ${status}`;
}

/** Called when nobody is signed in any more. */
export const session = { ended: (): void => undefined };

/** @throws Refusal, or TypeError when the server cannot be reached */
export async function open(path: string, { method = 'GET', body, accept, signal }: Asked = {}): Promise<Response> {
  const answer = await fetch(new URL(path, ROOT), {
    method,
    credentials: 'same-origin',
    redirect: 'error',
    headers: {
      'x-fauxkube-ui': '1',
      ...(accept !== undefined && { accept }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  if (answer.ok) return answer;
  const message = messageOf(await answer.text(), answer.status);
  // Whoever has no session any more is nobody in particular, who may do next to nothing.
  const isOut = answer.status === 401 || (answer.status === 403 && message.includes('"system:anonymous"'));
  if (isOut) session.ended();
  throw new Refusal(isOut ? 401 : answer.status, message);
}

export async function call<T>(path: string, asked: Asked = {}): Promise<T> {
  return (await open(path, { accept: 'application/json', ...asked })).json() as Promise<T>;
}

export async function text(path: string, asked: Asked = {}): Promise<string> {
  return (await open(path, asked)).text();
}

/** What went wrong, in words. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return error instanceof TypeError ? 'the server cannot be reached' : String((error as Error).message ?? error);
}

/** Where a WebSocket of this cluster begins. */
export function socketUrl(path: string): URL {
  const url = new URL(path, ROOT);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** The lines of an answer as they come. */
export async function* lines(answer: Response): AsyncGenerator<string> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}
