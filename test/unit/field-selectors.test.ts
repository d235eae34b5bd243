import { describe, expect, it } from 'vitest';
import { exactField, parseFieldSelector } from '../../server/kube/fields.ts';
import { selectionOf } from '../../server/registry/selection.ts';
import { golden, outcome } from '../support/golden.ts';

interface Case {
  readonly text: string;
  readonly selects?: readonly string[];
  readonly message?: string;
}

const OBJECTS = ['a', 'b'].map((name) => ({ metadata: { name, namespace: 'golden-field-selectors' } }));

describe('field selectors', () => {
  it('select what they select on the real server, and are refused with its words', () => {
    const cases = golden<Case>('selectors/fields.json');
    const found = cases.map(({ text }) => {
      const select = (): string[] => {
        const { where } = selectionOf('', text, { resource: 'configmaps' });
        return OBJECTS.filter((object) => where?.(object) ?? true).map(({ metadata }) => metadata.name);
      };
      return { text, ...outcome('selects', select) };
    });
    expect(found).toEqual(cases);
  });

  it('tell the value that a field must have', () => {
    const selector = parseFieldSelector('spec.nodeName=n1,metadata.name!=x,status.phase=a\\,b\\=c\\\\');
    expect(exactField(selector, 'spec.nodeName')).toBe('n1');
    expect(exactField(selector, 'metadata.name')).toBeUndefined();
    expect(exactField(selector, 'status.phase')).toBe('a,b=c\\');
  });
});
