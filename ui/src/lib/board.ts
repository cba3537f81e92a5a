// The dispatcher's board as rows: runs and their doors as one list with two heights, places, selections, differences.
import type { Answer, Door, RunDetail, Totals, Unassigned } from "../types";

export const RUN_ROW = 58, DOOR_ROW = 30;

export type Row =
  | { kind: "run"; key: string; run: RunDetail }
  | { kind: "done"; key: string; run: RunDetail; count: number; shown: boolean }
  | { kind: "door"; key: string; run: RunDetail; door: Door; n: number; place: number };

export const openDoors = (run: RunDetail): Door[] => run.doors.filter((d) => d.done_s < 0);
export const onRoad = (run: RunDetail): boolean => run.bar.status !== "planned";
export const keyOf = (door: Door): string => `d${door.packages[0]}`;
/** A run is locked when every door that is still to come is. */
export const locked = (run: RunDetail): boolean => {
  const left = openDoors(run);
  return left.length > 0 && left.every((d) => d.locked);
};

const RANK: Record<string, number> = { planned: 0, left: 1, broken: 1 };

/** What can still be changed first; then by departure. */
export const inOrder = (runs: readonly RunDetail[]): RunDetail[] =>
  [...runs].sort((a, b) => (RANK[a.bar.status] ?? 2) - (RANK[b.bar.status] ?? 2) || a.bar.depart_s - b.bar.depart_s || a.bar.vehicle - b.bar.vehicle || a.bar.run - b.bar.run);

/** Rows of the list. Doors that were visited are told as one row until they are asked for; `place` counts open doors. */
export function rowsOf(runs: readonly RunDetail[], opened: ReadonlySet<number>, past: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  for (const run of runs) {
    const n = run.bar.run;
    rows.push({ kind: "run", key: `r${n}`, run });
    if (!opened.has(n)) continue;
    const done = run.doors.filter((d) => d.done_s >= 0).length, shown = past.has(n);
    if (done > 0) rows.push({ kind: "done", key: `p${n}`, run, count: done, shown });
    let place = 0;
    run.doors.forEach((door, i) => {
      if (door.done_s >= 0 && !shown) return;
      rows.push({ kind: "door", key: keyOf(door), run, door, n: i + 1, place: door.done_s >= 0 ? -1 : place++ });
    });
  }
  return rows;
}

/** Where each row begins, and where the last ends. */
export function offsetsOf(rows: readonly Row[]): number[] {
  const out = [0];
  for (const row of rows) out.push(out[out.length - 1]! + (row.kind === "run" ? RUN_ROW : DOOR_ROW));
  return out;
}

/** Rows [first, last) of different heights in sight, with `spare` more on either side. */
export function between(offsets: readonly number[], top: number, height: number, spare = 6): { first: number; last: number } {
  const count = offsets.length - 1;
  const at = (y: number): number => {
    let lo = 0, hi = count;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (offsets[mid + 1]! <= y) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  };
  const last = Math.min(count, at(top + height) + 1 + spare);
  return { first: Math.min(Math.max(0, at(top) - spare), last), last };
}

/** The run whose doors stand at the top edge while its own row is out of sight. */
export function ownerAt(rows: readonly Row[], offsets: readonly number[], top: number): Row | undefined {
  const { first } = between(offsets, top, 0, 0);
  for (let i = first; i >= 0; i--) if (rows[i]?.kind === "run") return offsets[i]! < top ? rows[i] : undefined;
  return undefined;
}

/** The place before (or after) a door for doors that are being moved: open doors before it that stay. */
export function placeAt(run: RunDetail, door: Door, after: boolean, moved: ReadonlySet<number>): number {
  let place = 0;
  for (const each of openDoors(run)) {
    if (each === door) return place + (after && !moves(each, moved) ? 1 : 0);
    if (!moves(each, moved)) place++;
  }
  return place;
}

const moves = (door: Door, moved: ReadonlySet<number>): boolean => door.packages.some((p) => moved.has(p));

/** The run that a package stands on, and its door. */
export function doorOf(runs: readonly RunDetail[], n: number): { run: RunDetail; door: Door } | undefined {
  for (const run of runs) for (const door of run.doors) if (door.packages.includes(n)) return { run, door };
  return undefined;
}

/** Everything between two keys of a list, both included, whichever stands first. */
export function range<T>(all: readonly T[], from: T | undefined, to: T): T[] {
  const a = from === undefined ? -1 : all.indexOf(from), b = all.indexOf(to);
  if (b < 0) return [];
  return a < 0 ? [to] : all.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** All of `some` in or out: out only if all were in. */
export function toggled(chosen: ReadonlySet<number>, some: readonly number[]): Set<number> {
  const next = new Set(chosen), out = some.every((n) => chosen.has(n));
  for (const n of some) out ? next.delete(n) : next.add(n);
  return next;
}

/** Only what is still on the board. */
export function kept(chosen: ReadonlySet<number>, pool: readonly Unassigned[], runs: readonly RunDetail[]): Set<number> {
  if (chosen.size === 0) return new Set();
  const there = new Set(pool.map((u) => u.package));
  for (const run of runs) for (const door of openDoors(run)) for (const p of door.packages) there.add(p);
  return new Set([...chosen].filter((n) => there.has(n)));
}

/** Numbers of runs after an edit: an edited run ends, and another takes its place. */
export function renamed(runs: ReadonlySet<number>, answer: Answer): Set<number> {
  const next = new Set(runs);
  for (const change of answer.runs) if (change.into >= 0 && next.has(change.run)) next.add(change.into);
  return next;
}

/** One field of a plan before and after. better: whether less of it is gained. */
export interface Figure { name: string; before: number; after: number; better: boolean; worse: boolean }

const FIGURES: [name: string, of: (t: Totals) => number, lessIsBetter: boolean][] = [
  ["doors", (t) => t.doors, false],
  ["distance", (t) => t.dist_m, true],
  ["time", (t) => t.time_s, true],
  ["lateness", (t) => t.late_s, true],
  ["late doors", (t) => t.late_doors, true],
  ["CO₂e", (t) => t.co2_mg, true],
  ["cost", (t) => t.cost_c, true],
];

/** What an edit does to a run, or to all together. */
export const figures = (before: Totals, after: Totals): Figure[] =>
  FIGURES.map(([name, of, less]) => {
    const a = of(before), b = of(after);
    return { name, before: a, after: b, better: less && b < a, worse: less && b > a };
  });

/** The pool under a way and a reason, with how many each has. */
export function sieve(pool: readonly Unassigned[], way: string | undefined, why: string | undefined): { shown: Unassigned[]; ways: [string, number][]; whys: [string, number][] } {
  const tally = (words: string[]): [string, number][] => {
    const found = new Map<string, number>();
    for (const word of words) found.set(word, (found.get(word) ?? 0) + 1);
    return [...found].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  };
  const byWay = pool.filter((u) => !way || u.way === way);
  return { shown: byWay.filter((u) => !why || whyOf(u) === why), ways: tally(pool.map((u) => u.way)), whys: tally(byWay.map(whyOf)) };
}

/** Why a package stands on no run. Nothing was said of it yet: the planner has not come to it. */
export const whyOf = (u: Unassigned): string => u.why || "waits for the next plan";

/** How full, per cent; -1 unknown. */
export const fill = (used: number, room: number): number => (room > 0 && used >= 0 ? Math.round((100 * used) / room) : -1);
