/** `fauxkube clock …` and `fauxkube settle`: the time of a running cluster, over `/-/clock` and `/-/settle`. */
import { type Command, Option } from 'commander';
import { SETTLE_SECONDS_MAX } from '../admin/clock.ts';
import { duration, speed, time } from './arguments.ts';
import { patience } from './durations.ts';
import { withForwardsHint } from './hints.ts';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption } from './output.ts';
import type { ClockFlags, SettleFlags } from './tell-clock.ts';

/** Adds the commands to the program. */
export function addClock(root: Command): void {
  const clock = root.command('clock').description('show, stop or move the time of a running cluster');
  const command = (words: string, description: string): Command =>
    clock.command(words).description(description).addOption(kubeconfigOption()).addOption(outputOption());
  const tell = async (body: object | undefined, flags: ClockFlags): Promise<void> => {
    const { tellClock } = await import('./tell-clock.ts');
    await tellClock(body, flags);
  };
  command('show', 'show what time it is').action((flags: ClockFlags) => tell(undefined, flags));
  command('freeze', 'let time stand still').action((flags: ClockFlags) => tell({ freeze: true }, flags));
  command('resume', 'let time go on').action((flags: ClockFlags) => tell({ freeze: false }, flags));
  command('set', 'make it another time at once')
    .argument('<time>', 'such as 2026-01-01T00:00:00Z; now is real time', time)
    .action((set: string, flags: ClockFlags) => tell({ set }, flags));
  withForwardsHint(command('advance', 'let time pass, and what is due meanwhile happen'))
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
    .addOption(kubeconfigOption())
    .addOption(outputOption())
    .addOption(
      new Option('--timeout <duration>', 'how long at most, such as 30s, or 30')
        .argParser(patience(1, SETTLE_SECONDS_MAX * 1000))
        .default(30_000, '30s'),
    )
    .action(async (flags: SettleFlags) => {
      const { waitUntilSettled } = await import('./tell-clock.ts');
      await waitUntilSettled(flags);
    });
}
