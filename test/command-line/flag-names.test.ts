import { expect, it } from 'vitest';
import { OptionError } from '../../server/base/option-error.ts';
import { flagOf, inFlags } from '../../server/command-line/flag-names.ts';
import { checkOptions } from '../../server/start-checks.ts';
import { commandLine } from '../support/command-line.ts';

/** Options that programs have and the command line has not, or in parts. */
const WITHOUT = ['extraControllers', 'clock', 'authentication', 'authorization', 'auditWebhook', 'etcd', 'holdReady'];

function optionNames(): string[] {
  try {
    checkOptions({ unknown: true } as object);
  } catch (error) {
    return ((error as Error).message.split('there are')[1] ?? '').trim().split(/,\s+/);
  }
  return [];
}

it('every option has a flag that there is', async () => {
  await using cli = await commandLine();
  const { stdout } = await cli.run(['start', '--help']);
  const names = optionNames().filter((name) => !WITHOUT.includes(name));
  expect(names.length).toBeGreaterThan(30);
  expect(names.map(flagOf).filter((flag) => !new RegExp(`^ +${flag}[ \n]`, 'm').test(stdout))).toEqual([]);
});

it('a message has the flag in the place of the option', () => {
  expect(inFlags(new OptionError('corsOrigins', ' has to be good'))).toBe('--cors-origin has to be good');
  expect(inFlags(new Error('nodes burn'))).toBe('nodes burn');
});
