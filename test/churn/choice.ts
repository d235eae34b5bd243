import type { Random } from '../../server/base/random.ts';

/** Choices of one run, all from its seed. */
export class Choice {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** A whole number from `minimum` to `maximum`. */
  whole(minimum: number, maximum: number): number {
    return minimum + Math.floor(this.random.fraction() * (maximum - minimum + 1));
  }

  /** Whether something happens that does so in one of `n` cases. */
  oneIn(n: number): boolean {
    return this.random.fraction() * n < 1;
  }

  of<T>(things: readonly T[]): T | undefined {
    return things[Math.floor(this.random.fraction() * things.length)];
  }

  /** One of several things, each as often as its weight says. */
  weighted<T>(things: readonly (readonly [weight: number, thing: T])[]): T | undefined {
    let left = this.random.fraction() * things.reduce((sum, [weight]) => sum + weight, 0);
    return things.find(([weight]) => {
      left -= weight;
      return left < 0;
    })?.[1];
  }
}
