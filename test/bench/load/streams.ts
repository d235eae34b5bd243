import { isSuccess } from './header-block.ts';

/** What a request wants to know of its answer. */
export interface Answer {
  /** It was accepted: 2xx. */
  readonly onHeaders?: () => void;
  readonly onData: (part: Buffer) => void;
  readonly onEnd?: () => void;
  /** It was refused, or the connection is gone. */
  readonly onError: (error: Error) => void;
}

/** The requests of one connection that have not had all of their answers. */
export interface Streams {
  begin(id: number, request: string, answer: Answer): void;
  headers(id: number, block: Buffer): void;
  data(id: number, part: Buffer): void;
  end(id: number): void;
  fail(error: Error): void;
}

interface OpenStream {
  readonly request: string;
  readonly answer: Answer;
  isSuccess: boolean;
  complaint: string;
}

const COMPLAINT_CHARACTERS = 300;

export function createStreams(): Streams {
  const open = new Map<number, OpenStream>();
  return {
    begin: (id, request, answer) => void open.set(id, { request, answer, isSuccess: false, complaint: '' }),
    headers(id, block) {
      const stream = open.get(id);
      if (!stream) return;
      stream.isSuccess = isSuccess(block);
      if (stream.isSuccess) stream.answer.onHeaders?.();
    },
    data(id, part) {
      const stream = open.get(id);
      if (stream?.isSuccess) stream.answer.onData(part);
      else if (stream) stream.complaint += part.toString();
    },
    end(id) {
      const stream = open.get(id);
      open.delete(id);
      if (!stream) return;
      const { answer, request, complaint } = stream;
      if (stream.isSuccess) answer.onEnd?.();
      else answer.onError(new Error(`${request} was refused: ${complaint.slice(0, COMPLAINT_CHARACTERS)}`));
    },
    fail(error) {
      for (const { answer } of open.values()) answer.onError(error);
      open.clear();
    },
  };
}
