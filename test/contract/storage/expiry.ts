import { expect, it } from 'vitest';
import { nextTurn } from '../../../server/base/turn.ts';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';
import { setting } from './updates.ts';

export function expiry(backend: Backend): void {
  const { storage, clock, pauseInLife } = eachTest(backend);
  const create = (name: string, ttlMs: number) => storage().create(keyOfMap(name), configMap(name), { ttlMs });
  const names = (): (string | undefined)[] =>
    storage()
      .list('configmaps/')
      .items.map(({ value }) => value.metadata.name);

  it('removes an object when its time is over, and tells watchers', async () => {
    await create('a', 1000);
    await storage().create(keyOfMap('stays'), configMap('stays'));
    await pauseInLife();
    const recorder = new Recorder();
    const before = storage().revision();
    storage().watch('configmaps/', { after: before }, recorder);
    await clock().advance(999);
    expect(names()).toEqual(['a', 'stays']);
    await clock().advance(1);
    expect(names()).toEqual(['stays']);
    await nextTurn();
    expect(recorder.lines).toEqual([`deleted a@${before + 1}`]);
    await clock().advance(1_000_000);
    await pauseInLife();
    expect(names()).toEqual(['stays']);
  });

  it('goes by the end, not by the order of writing', async () => {
    await create('long', 3000);
    await create('short', 1000);
    await create('middle', 2000);
    await pauseInLife();
    await clock().advance(1000);
    expect(names()).toEqual(['long', 'middle']);
    await pauseInLife();
    await clock().advance(1000);
    expect(names()).toEqual(['long']);
    await clock().advance(1000);
    expect(names()).toEqual([]);
  });

  it('removes what is left of many that were deleted before their time', async () => {
    await create('early', 1000);
    for (let i = 0; i < 300; i++) await create(`deleted-${i}`, 2000);
    await create('late', 2000);
    for (let i = 0; i < 300; i++) await storage().guaranteedUpdate(keyOfMap(`deleted-${i}`), {}, async () => 'delete');
    expect(names()).toEqual(['early', 'late']);
    await clock().advance(1000);
    expect(names()).toEqual(['late']);
    await clock().advance(1000);
    expect(names()).toEqual([]);
  });

  it('starts the time anew at a change, and at nothing else', async () => {
    await create('changed', 1000);
    await create('same', 1000);
    await clock().advance(600);
    await storage().guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '1'));
    await storage().guaranteedUpdate(keyOfMap('same'), {}, async ({ value }) => ({ ...value }) as never);
    await pauseInLife();
    await clock().advance(400);
    expect(names()).toEqual(['changed']);
    await pauseInLife();
    await clock().advance(600);
    expect(names()).toEqual([]);
  });

  it('spares an object that took the name of another', async () => {
    await create('a', 1000);
    await storage().guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete');
    await storage().create(keyOfMap('a'), configMap('a'));
    await pauseInLife();
    await clock().advance(5000);
    expect(names()).toEqual(['a']);
  });
}
