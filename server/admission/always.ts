/** For tests of tests: AlwaysAdmit, and AlwaysDeny. Off by default. */
import type { Review } from '../registry/admission-chain.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refusal.ts';

export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', handles: () => false };

const deny = (review: Review): never => {
  throw refusal(review, 'admission control is denying all modifications');
};

export const alwaysDeny: AdmissionPlugin = { name: 'AlwaysDeny', handles: () => true, mutate: deny, validate: deny };
