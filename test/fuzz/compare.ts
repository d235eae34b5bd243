import * as fc from 'fast-check';
import { startInProcess } from './in-process.ts';
import { connectOracle } from './oracle.ts';
import { curlOf, type FuzzRequest, resolved, type Target, type WireAnswer, type WireRequest } from './request.ts';
import { requests } from './requests.ts';

export interface CompareOptions {
  readonly url: string;
  readonly token: string;
  readonly sample: number;
  readonly seed: number;
  readonly say: (text: string) => void;
}

const AGREEMENT = 0.98;
const PROGRESS_EVERY = 200;
const SHOWN_LETTERS = 300;

/** The same request as one that changes nothing, whatever it is. */
function harmless(wire: WireRequest): WireRequest {
  if (wire.method === 'GET') return wire;
  const [path = '', text = ''] = wire.url.split('?');
  const query = new URLSearchParams(text);
  if (!query.has('dryRun')) query.set('dryRun', 'All');
  const url = `${path}?${query.toString()}`;
  // Options in a body are taken instead of those in the query.
  const body = wire.method === 'DELETE' && wire.body !== undefined ? dryOptions(wire.body) : wire.body;
  return { ...wire, url, body };
}

function dryOptions(text: string): string {
  try {
    const options = JSON.parse(text) as Record<string, unknown> | null;
    return JSON.stringify({ ...options, dryRun: ['All'] });
  } catch {
    return text;
  }
}

interface Difference {
  readonly request: FuzzRequest;
  readonly wire: WireRequest;
  readonly ours: WireAnswer;
  readonly theirs: WireAnswer;
}

async function answersOf(request: FuzzRequest, target: Target): Promise<{ wire: WireRequest; answer: WireAnswer }> {
  const wire = harmless(await resolved(request, target));
  return { wire, answer: await target.send(wire) };
}

/** What an answer says, without what is in it by chance. */
function reasonOf({ text }: WireAnswer): string {
  let message = text;
  try {
    message = (JSON.parse(text) as { message?: string }).message ?? '';
  } catch {
    // Plain text says it itself.
  }
  return message.replace(/\s+/g, ' ').slice(0, SHOWN_LETTERS);
}

/** Differences with the same codes of the same kind, the most frequent first. */
function report(differences: readonly Difference[]): string {
  const groups = new Map<string, Difference[]>();
  for (const one of differences) {
    const { request, ours, theirs } = one;
    const title = `${request.method} ${request.about}: ${ours.status} instead of ${theirs.status}`;
    groups.set(title, [...(groups.get(title) ?? []), one]);
  }
  return [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([title, found]) => {
      const lines = found.map(({ wire, ours, theirs }) =>
        [`  ours:   ${reasonOf(ours)}`, `  theirs: ${reasonOf(theirs)}`, `  ${curlOf(wire)}`].join('\n'),
      );
      return `${found.length} × ${title}\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

/**
 * Sends a sample to a real server too, and compares status codes.
 *
 * @returns whether they agree as often as they should
 */
export async function compare({ url, token, sample, seed, say }: CompareOptions): Promise<boolean> {
  const ours = await startInProcess();
  const theirs = await connectOracle(url, token);
  const differences: Difference[] = [];
  let done = 0;
  try {
    for (const request of fc.sample(requests, { seed, numRuns: sample })) {
      const [mine, real] = [await answersOf(request, ours), await answersOf(request, theirs)];
      if (mine.answer.status !== real.answer.status)
        differences.push({ request, wire: real.wire, ours: mine.answer, theirs: real.answer });
      if (++done % PROGRESS_EVERY === 0) say(`${done} of ${sample} asked, ${differences.length} differ`);
    }
  } finally {
    await theirs.close();
    await ours.close();
  }
  const share = sample === 0 ? 1 : 1 - differences.length / sample;
  process.stdout.write(`${report(differences)}\n`);
  process.stdout.write(
    `${sample} requests, seed ${seed}: ${(share * 100).toFixed(2)} % have the status code of the real server\n`,
  );
  return share >= AGREEMENT;
}
