import * as fc from 'fast-check';
import { creations, deletions, updates } from './bodies.ts';
import { patches } from './patches.ts';
import { collectionDeletions, continuations, lookups, pages, selections } from './reads.ts';
import type { FuzzRequest } from './request.ts';

/** Everything that is sent: mostly bodies and patches, where most of the rules are. */
export const requests: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 8, arbitrary: creations },
  { weight: 5, arbitrary: updates },
  { weight: 12, arbitrary: patches },
  { weight: 4, arbitrary: selections },
  { weight: 2, arbitrary: continuations },
  { weight: 2, arbitrary: pages },
  { weight: 1, arbitrary: lookups },
  { weight: 1, arbitrary: deletions },
  { weight: 1, arbitrary: collectionDeletions },
);
