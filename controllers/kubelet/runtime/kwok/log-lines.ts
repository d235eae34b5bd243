/** Lines of a log file as container runtimes write them: k8s.io/cri-client/pkg/logs. */

/** One line, or a part of one that goes on. */
export interface WrittenLine {
  readonly stream: 'stdout' | 'stderr';
  /** With its line feed, if it has one. */
  readonly text: string;
  /** Absent where the line does not say. */
  readonly time?: { readonly ms: number; readonly nanoseconds: number };
}

const CRI = /^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) ([FP])(?::\S*)? ?(.*)$/s;

/** Milliseconds since 1970, and the nanoseconds within the last one. */
function timeOf(text: string): WrittenLine['time'] {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const [, digits = ''] = /\.(\d+)/.exec(text) ?? [];
  return { ms, nanoseconds: Number(digits.padEnd(9, '0').slice(3, 9)) };
}

/** What a line of Docker says, if it is one. */
function dockerLine(text: string): WrittenLine | undefined {
  if (!text.startsWith('{"')) return undefined;
  try {
    const { log, stream, time } = JSON.parse(text) as { log?: unknown; stream?: unknown; time?: unknown };
    if (typeof log !== 'string' || typeof time !== 'string') return undefined;
    const known = timeOf(time);
    return { stream: stream === 'stderr' ? 'stderr' : 'stdout', text: log, ...(known && { time: known }) };
  } catch {
    return undefined;
  }
}

/** Reads a line without its line feed. What is of neither form is a line of the container as it stands. */
export function readLine(line: string): WrittenLine {
  const [, time = '', stream, tag, text = ''] = CRI.exec(line) ?? [];
  const known = timeOf(time);
  if (known && (stream === 'stdout' || stream === 'stderr'))
    return { stream, text: tag === 'P' ? text : `${text}\n`, time: known };
  return dockerLine(line) ?? { stream: 'stdout', text: `${line}\n` };
}
