// Which rows of a long list are in sight.

/** Rows [first, last) that stand in sight, with `spare` more on either side. */
export function inSight(top: number, height: number, row: number, count: number, spare = 6): { first: number; last: number } {
  const first = Math.max(0, Math.floor(top / row) - spare);
  const last = Math.min(count, Math.ceil((top + height) / row) + spare);
  return { first: Math.min(first, last), last };
}

/** The row to go to from `now` by `step`, kept inside; from none (-1) a step leads to the first or the last. */
export function stepped(now: number, step: number, count: number): number {
  if (count === 0) return -1;
  if (now < 0) return step > 0 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, now + step));
}
