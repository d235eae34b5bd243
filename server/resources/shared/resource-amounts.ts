/** Maps from resource names to quantities: the requests and limits of containers, quotas and claims. */
import { formatQuantity, parseQuantity } from '../../kube/quantity.ts';

const MILLI_IN_NANO = 1_000_000n;

/** Only these suffixes of the canonical form can be finer than a thousandth. */
const FINER_THAN_MILLI = /(?:[nu]|e-[69])$/;

/** Rounds amounts up to thousandths, in place: upstream keeps no finer ones (SetDefaults_ResourceList). */
export function roundAmounts(amounts: Record<string, string> | undefined): void {
  for (const name in amounts) {
    const amount = amounts[name] ?? '';
    if (!FINER_THAN_MILLI.test(amount)) continue;
    const { nano, format } = parseQuantity(amount);
    const rest = nano % MILLI_IN_NANO;
    const rounded = rest === 0n ? nano : nano - rest + (nano > 0n ? MILLI_IN_NANO : -MILLI_IN_NANO);
    amounts[name] = formatQuantity({ nano: rounded, format });
  }
}
