/** Requests that end with an answer or with nothing, which says nothing about what was done. */
import { Agent, request } from 'node:http';
import { AUTHORIZATION } from './server.ts';

export interface Answer {
  readonly code: number;
  readonly body: unknown;
}

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly type?: string;
}

/** Talks to one life of a server. */
export class Line {
  readonly #url: string;
  readonly #authorization: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(url: string, authorization = AUTHORIZATION) {
    this.#url = url;
    this.#authorization = authorization;
  }

  /** @returns undefined when the connection broke before the whole answer was there */
  ask({ method, path, body, type = 'application/json' }: Question): Promise<Answer | undefined> {
    const headers = { authorization: this.#authorization, 'content-type': type };
    return new Promise((resolve) => {
      const asked = request(`${this.#url}${path}`, { method, agent: this.#agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('close', () => {
          if (!answer.complete) return resolve(undefined);
          resolve({ code: answer.statusCode ?? 0, body: JSON.parse(text) as unknown });
        });
        answer.once('error', () => undefined); // 'close' follows
      });
      asked.once('error', () => resolve(undefined));
      asked.end(body && JSON.stringify(body));
    });
  }

  /**
   * Reads a watch line by line.
   *
   * @returns ends it; resolves when nothing comes any more
   */
  watch(path: string, onLine: (line: unknown) => void): { readonly over: Promise<void>; readonly end: () => void } {
    const asked = request(`${this.#url}${path}`, { agent: false, headers: { authorization: this.#authorization } });
    const over = new Promise<void>((resolve) => {
      asked.once('error', () => resolve());
      asked.once('close', () => resolve());
      asked.once('response', (answer) => {
        let rest = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          const lines = (rest + part).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onLine(JSON.parse(line));
        });
        answer.once('error', () => undefined);
        answer.once('close', () => resolve());
      });
    });
    asked.end();
    return { over, end: () => void asked.destroy() };
  }

  close(): void {
    this.#agent.destroy();
  }
}
