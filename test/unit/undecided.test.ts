import { describe, expect, it } from 'vitest';
import { decided, foundAnswer, Undecided } from '../../server/base/undecided.ts';

/** Somebody outside who knows everything, and counts how often he was asked. */
function oracle(): { ask: (question: string) => string; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    ask(question) {
      const known = foundAnswer(question) as string | undefined;
      if (known !== undefined) return known;
      throw new Undecided(question, async () => {
        asked.push(question);
        return `answer to ${question}`;
      });
    },
  };
}

describe('answers that take their time', () => {
  it('need no promise when they are there', () => {
    expect(decided(() => 1)).toBe(1);
  });

  it('are found one after the other, each once', async () => {
    const { ask, asked } = oracle();
    expect(await decided(() => [ask('a'), ask('b'), ask('a')])).toEqual(['answer to a', 'answer to b', 'answer to a']);
    expect(asked).toEqual(['a', 'b']);
  });

  it('are only for whoever waited for them', async () => {
    const { ask, asked } = oracle();
    await decided(() => ask('a'));
    expect(foundAnswer('a')).toBeUndefined();
    await decided(() => {
      ask('a');
      return Promise.resolve().then(() => expect(foundAnswer('a')).toBeUndefined());
    });
    expect(asked).toEqual(['a', 'a']);
  });

  it('are known to whoever asks on behalf of somebody who waits', async () => {
    const { ask, asked } = oracle();
    const inner = (): unknown => decided(() => ask('a'));
    expect(await decided(() => [ask('a'), inner()])).toEqual(['answer to a', 'answer to a']);
    expect(asked).toEqual(['a']);
  });

  it('leave other failures alone, also those after an answer', async () => {
    const { ask } = oracle();
    const fail = (): never => {
      ask('a');
      throw new Error('no');
    };
    await expect(decided(fail)).rejects.toThrow('no');
    expect(foundAnswer('a')).toBeUndefined();
  });
});
