// Positions by their changes (the stream's `moved`): rows that stay keep their order, new ones come after them.
import type { Moved, Positions } from "../types";

const GRID = 100_000;

/** The positions that a change leads to. */
export function applied(before: Positions, change: Moved): Positions {
  const gone = new Set(change.gone);
  const stays = <T>(column: T[]): T[] => (gone.size ? column.filter((_, row) => !gone.has(row)) : column.slice());
  const stepped = (column: number[], by: number[]): number[] => {
    const kept = stays(column);
    for (let row = 0; row < kept.length; row++) kept[row] = (Math.round(kept[row]! * GRID) + by[row]!) / GRID;
    return kept;
  };
  const put = <T>(column: T[], rows: number[], to: T[]): T[] => {
    rows.forEach((row, k) => (column[row] = to[k]!));
    return column;
  };
  const passed = change.now_s - before.now_s, come = change.come;
  const estimated = stays(before.estimated);
  for (const row of change.estimated) estimated[row] = !estimated[row];
  return {
    turn: change.turn, now_s: change.now_s,
    id: stays(before.id).concat(come.id),
    kind: stays(before.kind).concat(come.kind),
    lat: stepped(before.lat, change.lat).concat(come.lat),
    lon: stepped(before.lon, change.lon).concat(come.lon),
    heading: put(stays(before.heading), change.turned, change.heading).concat(come.heading),
    tone: put(stays(before.tone), change.toned, change.tone).concat(come.tone),
    age_s: put(stays(before.age_s).map((age) => age + passed), change.fresh, change.age_s).concat(come.age_s),
    estimated: estimated.concat(come.estimated),
  };
}
