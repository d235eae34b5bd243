import { describe, expect, it } from 'vitest';
import {
  configKeyProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  pathSegmentProblems,
  portNameProblems,
  qualifiedNameProblems,
} from '../../server/kube/names.ts';
import { golden } from '../support/golden.ts';

interface Case {
  readonly place: string;
  readonly text: string;
  readonly problems: readonly string[];
}

const RULES: Readonly<Record<string, (text: string) => string[]>> = {
  dnsSubdomain: dnsSubdomainProblems,
  dnsLabel: dnsLabelProblems,
  pathSegment: pathSegmentProblems,
  qualifiedName: qualifiedNameProblems,
  labelValue: labelValueProblems,
  finalizer: qualifiedNameProblems,
  configKey: configKeyProblems,
  portName: portNameProblems,
};

describe('names, keys and label values', () => {
  it.each(Object.keys(RULES))('are refused as on the real server: %s', (place) => {
    const cases = golden<Case>('kube/names.json').filter((one) => one.place === place);
    expect(cases.length).toBeGreaterThan(50);
    expect(cases.map(({ text }) => ({ place, text, problems: RULES[place]?.(text) }))).toEqual(cases);
  });
});
