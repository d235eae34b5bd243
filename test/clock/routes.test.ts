import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminCluster } from '../admin/support.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { type FrozenCluster, frozenCluster, type ToldClock } from './support.ts';

let shop: FrozenCluster;
beforeAll(async () => {
  shop = await frozenCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

const state = async (): Promise<ToldClock> => JSON.parse((await shop.admin('GET', '/-/clock')).text) as ToldClock;

describe('POST /-/clock', () => {
  it('stops the clock where it is set', async () => {
    expect(await state()).toMatchObject({ now: '2026-01-01T00:00:00.000Z', frozen: true, speed: 1 });
    expect(await state()).toMatchObject({ now: '2026-01-01T00:00:00.000Z' });
  });

  it('lets time pass', async () => {
    expect(await shop.move({ advance: '1h30m' })).toMatchObject({ now: '2026-01-01T01:30:00.000Z', frozen: true });
    expect(await shop.move({ set: '2026-02-01T00:00:00+01:00' })).toMatchObject({ now: '2026-01-31T23:00:00.000Z' });
    expect(await shop.move({ set: '2026-01-01T00:00:00Z', advance: '1500ms' })).toMatchObject({
      now: '2026-01-01T00:00:01.500Z',
    });
  });

  it('lets it go on by itself from where it is', async () => {
    const { now, frozen } = await shop.move({ set: '2031-05-05T05:05:05Z', freeze: false });
    expect([frozen, Date.parse(now) - Date.parse('2031-05-05T05:05:05Z') < 60_000]).toEqual([false, true]);
    await expect.poll(async () => (await state()).now > now).toBe(true);
    await shop.move({ freeze: true, set: '2026-01-01T00:00:00Z' });
  });

  it.each([
    [{}, 'the body has to say what to do: freeze, set, advance, next or speed'],
    [{ forward: '1h' }, 'there is no field "forward": freeze, set, advance, next or speed'],
    [{ freeze: 'yes' }, 'freeze has to be true or false'],
    [{ freeze: false, advance: 3600 }, 'advance has to be a duration such as "1h30m"'],
    [{ advance: '1 hour' }, 'advance: time: unknown unit " hour" in duration "1 hour"'],
    [{ advance: '-1h' }, 'advance: time passes forwards only; use set to go back'],
    [{ advance: '2540400h', set: '9990-01-01T00:00:00Z' }, 'advance: the time has to be one of the years 1970 to 9999'],
    [{ set: 'tomorrow' }, /^set: parsing time "tomorrow" as "2006-01-02T15:04:05Z07:00"/],
    [{ set: '1969-12-31T23:59:59Z' }, 'set: the time has to be one of the years 1970 to 9999'],
    [{ next: false }, 'next has to be true'],
    [{ next: true, advance: '1h' }, 'advance and next cannot be had together'],
    [{ speed: '2' }, 'speed has to be a number'],
    [{ freeze: false, speed: -1 }, 'speed: the speed has to be a number from 0.001 to 1000000'],
  ])('refuses %j and changes nothing', async (body, message) => {
    const before = await state();
    const { status, text } = await shop.admin('POST', '/-/clock', body);
    expect(JSON.parse(text)).toMatchObject({ kind: 'Status', reason: 'BadRequest', code: 400 });
    expect(status).toBe(400);
    expect((JSON.parse(text) as { message: string }).message).toMatch(message);
    expect({ ...(await state()), offset: '' }).toEqual({ ...before, offset: '' });
  });

  it('asks who it is', async () => {
    expect((await shop.anyone('/-/clock')).status).toBe(403);
  });
});

it('says that a clock belongs to whoever brought it', async () => {
  await using other = await adminCluster({ clock: new SimulatedClock() });
  for (const [method, body] of [['GET'], ['POST', { freeze: true }]] as const) {
    const { status, text } = await other.admin(method, '/-/clock', body);
    expect([status, text]).toEqual([409, expect.stringContaining('belongs to the program that started the cluster')]);
  }
  await expect(other.cluster.clock.freeze()).rejects.toThrow('belongs to the program');
});
