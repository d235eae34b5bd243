import type { Clock } from '../../../../server/base/clock.ts';
import type { LogScript } from '../../../../server/kube/pod-script.ts';

type Write = (stream: 'stdout' | 'stderr', text: string) => void;

/** Writes the lines of a script when they are due. @returns how to stop */
export function playLog(lines: readonly LogScript[], clock: Clock, write: Write): () => void {
  const cancels = new Map<LogScript, () => void>();
  const play = (line: LogScript): void => {
    const { text, stream = 'stdout', everySeconds } = line;
    write(stream, text.endsWith('\n') ? text : `${text}\n`);
    if (everySeconds === undefined) cancels.delete(line);
    else
      cancels.set(
        line,
        clock.schedule(everySeconds * 1000, () => play(line)),
      );
  };
  for (const line of lines) {
    const { afterSeconds = 0 } = line;
    if (afterSeconds > 0)
      cancels.set(
        line,
        clock.schedule(afterSeconds * 1000, () => play(line)),
      );
    else play(line);
  }
  return () => {
    for (const cancel of cancels.values()) cancel();
    cancels.clear();
  };
}
