import { encode } from "uqr";
import type { Enrolment } from "@/lib/auth/second-factor";

/** An enrolment as it is shown: the QR code as a path of squares, `size` units wide. */
export type Drawing = {
  readonly sealed: string;
  /** In groups of four, to be typed. */
  readonly secret: string;
  readonly size: number;
  readonly path: string;
};

export function drawEnrolment({ sealed, secret, address }: Enrolment): Drawing {
  const { size, data } = encode(address, { border: 2 });
  const squares = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  return { sealed, secret: secret.replace(/.{4}(?=.)/g, "$& "), size, path: squares.join("") };
}
