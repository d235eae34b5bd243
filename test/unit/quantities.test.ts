import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import {
  canonicalQuantity,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
} from '../../server/kube/quantity.ts';
import { type DecodeNotes, decodeStruct } from '../../server/schema/decode.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { golden, outcome } from '../support/golden.ts';

interface Case {
  readonly value: unknown;
  readonly canonical?: string;
  readonly message?: string;
}

const capacity = builtInTypes().type('io.k8s.api.storage.v1.CSIStorageCapacity');

describe('quantities', () => {
  it('look after decoding as on the real server, or are refused with its words', () => {
    const cases = golden<Case>('kube/quantities.json');
    const found = cases.map(({ value }) => {
      const notes: DecodeNotes = { unknownFields: false };
      const decode = (): unknown => decodeStruct({ capacity: value }, capacity, notes).capacity;
      return { value, ...outcome('canonical', decode) };
    });
    expect(found).toEqual(cases);
  });

  it('keep their amount when they are printed', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 2000; i++) {
      const nano = BigInt(Math.floor(random.fraction() * 1e15)) * 10n ** BigInt(Math.floor(random.fraction() * 12));
      for (const format of ['DecimalSI', 'BinarySI', 'DecimalExponent'] as const) {
        const text = formatQuantity({ nano: random.fraction() < 0.5 ? nano : -nano, format });
        expect(parseQuantity(text).nano).toBe(text.startsWith('-') ? -nano : nano);
        // Whole binary amounts without a suffix are decimal to whoever reads them.
        if (format !== 'BinarySI') expect(canonicalQuantity(text)).toBe(text);
      }
    }
  });

  it('round away from zero to whole units and thousandths', () => {
    expect(['1', '1500m', '0.1', '-0.1', '-1.5', '1Ki', '100u', '2e3', '0'].map(quantityValue)).toEqual([
      1, 2, 1, -1, -2, 1024, 1, 2000, 0,
    ]);
    expect(['1', '1500m', '100u', '-100u', '1Ki'].map(quantityMilliValue)).toEqual([1000, 1500, 1, -1, 1_024_000]);
  });

  it('take no time however large the exponent is', () => {
    for (const text of ['1e999999999', '1e-999999999', '1e2147483647', '9'.repeat(200)]) {
      expect(typeof formatQuantity(parseQuantity(text))).toBe('string');
      expect(typeof canonicalQuantity(text)).toBe('string');
    }
  });
});
