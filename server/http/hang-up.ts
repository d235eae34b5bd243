/** Breaks connections off that a fault wants broken. */
import type { WireResponse } from '../pipeline/encode/encode.ts';
import type { RawResponse } from './exchange.ts';

type HangUp = Extract<WireResponse['body'], { type: 'hang-up' }>;

/** @param headOnly whether the request is a HEAD, whose answer has no body to be in the middle of */
export async function hangUp(raw: RawResponse, { scope, begun }: HangUp, headOnly: boolean): Promise<void> {
  if (begun) {
    raw.writeHead(begun.answer.status, begun.answer.headers);
    raw.flush();
    const part = headOnly ? undefined : await beginningOf(begun.answer.body, begun.bytes);
    if (part?.length) await new Promise<void>((resolve) => void raw.channel.write(part, () => resolve()));
  }
  raw.breakOff(scope);
}

/** A part of a body: never all of it. */
async function beginningOf(body: WireResponse['body'], bytes: number | undefined): Promise<Buffer | undefined> {
  if (body.type !== 'buffer' && body.type !== 'chunks') return undefined;
  const chunks: Buffer[] = [];
  if (body.type === 'buffer') chunks.push(body.buffer);
  else {
    for await (const chunk of body.chunks) chunks.push(chunk);
    body.abort?.();
  }
  const whole = Buffer.concat(chunks);
  return whole.subarray(0, Math.min(bytes ?? whole.length >> 1, whole.length - 1));
}
