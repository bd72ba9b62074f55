import { combiner } from "./combining";

/** For tests: how large the pieces are in which 600 things of an organization are done; one, unless it gives way. */
export async function piecesOf(organizationId: number): Promise<number[]> {
  const pieces: number[] = [];
  const { combine } = combiner<number, number>({
    name: `pieces of ${organizationId}`,
    largestBatch: 600,
    mostWaiting: 600,
    givesWay: true,
    work: async (_, items) => {
      pieces.push(items.length);
      return items;
    },
  });
  await combine(
    organizationId,
    Array.from({ length: 600 }, (_, n) => n),
  );
  return pieces;
}
