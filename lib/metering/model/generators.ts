import fc from "fast-check";
import { steps } from "@/lib/metering/model/bursts";
import type { History } from "@/lib/metering/model/history";
import { setups } from "@/lib/metering/model/setups";
import { tell } from "@/lib/metering/model/telling";

/**
 * Histories of organizations: all of Meta's schemes and some that nobody thought of, zones whose days begin strangely,
 * events across midnight, month end and price changes, duplicated, disordered and late, with everything around them.
 *
 * They are generated as steps told relative to the clock, so that fast-check can leave out any of them and what
 * remains is a history still.
 */
export function histories({ maxSteps = 25 } = {}): fc.Arbitrary<History> {
  const told = fc.array(fc.record({ steps, joins: fc.boolean() }), {
    minLength: 1,
    maxLength: maxSteps,
    size: "max",
  });
  return fc.tuple(setups, told).map(([setup, list]) => tell(setup, list));
}
