/** `fauxkube clock …` and `fauxkube settle`: the time of a running cluster, over `/-/clock` and `/-/settle`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { durationMs } from './durations.ts';
import { outputOption } from './output.ts';
import type { ClockFlags, SettleFlags } from './tell-clock.ts';

function speed(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('it has to be a number above 0, such as 60 or 0.5.');
}

function duration(text: string): string {
  durationMs(text);
  return text;
}

/** Adds the commands to the program. @param kubeconfig where the server writes it */
export function addClock(root: Command, kubeconfig: string): void {
  const where = (): Option =>
    new Option('--kubeconfig <file>', 'kubeconfig of an administrator of the cluster')
      .env('KUBECONFIG')
      .default(kubeconfig);
  const clock = root.command('clock').description('show, stop or move the time of a running cluster');
  const command = (words: string, description: string): Command =>
    clock.command(words).description(description).addOption(where()).addOption(outputOption());
  const tell = async (body: object | undefined, flags: ClockFlags): Promise<void> => {
    const { tellClock } = await import('./tell-clock.ts');
    await tellClock(body, flags);
  };
  command('show', 'show what time it is').action((flags: ClockFlags) => tell(undefined, flags));
  command('freeze', 'let time stand still').action((flags: ClockFlags) => tell({ freeze: true }, flags));
  command('resume', 'let time go on').action((flags: ClockFlags) => tell({ freeze: false }, flags));
  command('set <time>', 'make it another time at once, such as 2026-01-01T00:00:00Z').action(
    (time: string, flags: ClockFlags) => tell({ set: time }, flags),
  );
  command('advance', 'let time pass, and what is due meanwhile happen')
    .argument('<duration>', 'how much, such as 90s or 1h30m', duration)
    .action((advance: string, flags: ClockFlags) => tell({ advance }, flags));
  command('next', 'let time pass until the next timer that somebody may wait for').action((flags: ClockFlags) =>
    tell({ next: true }, flags),
  );
  command('speed', 'let time pass faster or more slowly')
    .argument('<times>', 'how many times as fast as real time; 1 is as usual', speed)
    .action((times: number, flags: ClockFlags) => tell({ speed: times }, flags));
  root
    .command('settle')
    .description('wait until a running cluster has nothing to do any more')
    .addOption(where())
    .addOption(outputOption())
    .addOption(
      new Option('--timeout <duration>', 'how long at most, such as 30s').argParser(durationMs).default(30_000, '30s'),
    )
    .action(async (flags: SettleFlags) => {
      const { waitUntilSettled } = await import('./tell-clock.ts');
      await waitUntilSettled(flags);
    });
}
