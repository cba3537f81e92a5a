// Exceptions put off: until when (network time, seconds), by id.

export type Put = Readonly<Record<string, number>>;

/** Those that are still put off at `now_s`. */
export const stillPut = (put: Put, now_s: number): Put => Object.fromEntries(Object.entries(put).filter(([, until_s]) => until_s > now_s));

/** Items that are not put off at `now_s`, in their order. */
export const seenNow = <T extends { id: string }>(items: readonly T[], put: Put, now_s: number): T[] => items.filter((e) => !((put[e.id] ?? 0) > now_s));
