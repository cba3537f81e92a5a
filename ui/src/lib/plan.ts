// A proposed plan in words and shapes: which doors move from where to where, and what can be asked for.
import type { FeatureCollection, Feature } from "geojson";
import { inOrder, onRoad } from "./board";
import type { Board, NetworkShape, Plan, RunDetail, Shift } from "../types";

export type Aim = "cost" | "co2" | "late";
export const AIMS: [key: Aim, name: string, weights: Record<string, number>][] = [
  ["cost", "cost", {}],
  ["co2", "CO₂e first", { co2_c_kg: 100 }],
  ["late", "lateness first", { lateness: 5 }],
];
export const SECONDS = [2, 5, 15, 30] as const;

export interface Wish { runs: ReadonlySet<number>; pool: "none" | "selected" | "all"; selected: readonly number[]; seconds: number; aim: Aim }

/** What the server is asked. */
export const asked = (station: number, wish: Wish): Record<string, unknown> => ({
  station, runs: [...wish.runs].sort((a, b) => a - b), seconds: wish.seconds,
  pool: wish.pool === "selected" ? [...wish.selected] : [], whole_pool: wish.pool === "all",
  weights: AIMS.find(([key]) => key === wish.aim)![2],
});

/** Runs that can be planned anew, and those of them that are ticked at first: those named, if one of them can be; else all. */
export function plannable(runs: readonly RunDetail[], first: readonly number[]): { open: RunDetail[]; ticked: Set<number> } {
  const open = inOrder(runs).filter((r) => !onRoad(r)), named = first.filter((n) => open.some((r) => r.bar.run === n));
  return { open, ticked: new Set(named.length ? named : open.map((r) => r.bar.run)) };
}

/** Whether a plan changes nothing. */
export const same = (plan: Plan): boolean => plan.moved.length === 0;

/** "electric van 2, door 7" or "the pool". Places count the doors that are still to come. */
export const placeWords = (name: (run: number) => string, run: number, place: number): string =>
  run < 0 ? "the pool" : `${name(run)}, door ${place + 1}`;

/** Doors that come from the pool first, then those that change their run, then those that change their place only. */
export const ranked = (moved: readonly Shift[]): Shift[] => {
  const rank = (s: Shift): number => (s.run < 0 ? 0 : s.run !== s.to_run ? 1 : 2);
  return [...moved].sort((a, b) => rank(a) - rank(b) || a.to_run - b.to_run || a.to_place - b.to_place);
};

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** A plan on the map: the ways that its runs would go as lines, and the doors that move as dots. */
export function planOf(net: NetworkShape, board: Board, plan: Plan | null): { ways: FeatureCollection; moved: FeatureCollection } {
  const home = net.sites.find((s) => s.site === board.station);
  if (!plan || !home) return { ways: NOTHING, moved: NOTHING };
  const where = new Map<number, [number, number]>(board.unassigned.map((u) => [u.package, [u.lon, u.lat]]));
  for (const run of board.runs) for (const door of run.doors) for (const p of door.packages) where.set(p, [door.lon, door.lat]);
  const spot = (packages: readonly number[]): [number, number][] => packages.slice(0, 1).flatMap((p) => { const at = where.get(p); return at ? [at] : []; });
  const ways = plan.runs.filter((c) => c.visits.length > 0).map((c): Feature => {
    const away = board.runs.some((r) => r.bar.run === c.run && onRoad(r)), start: [number, number][] = away ? [] : [[home.lon, home.lat]];
    return { type: "Feature", properties: { run: c.run }, geometry: { type: "LineString", coordinates: [...start, ...c.visits.flatMap((v) => spot(v.packages)), [home.lon, home.lat]] } };
  });
  const moved = plan.moved.flatMap((s) => spot(s.packages).map((at): Feature => ({
    type: "Feature", properties: { package: s.packages[0]!, how: s.run < 0 ? "new" : s.run !== s.to_run ? "run" : "place" }, geometry: { type: "Point", coordinates: at },
  })));
  return { ways: { type: "FeatureCollection", features: ways }, moved: { type: "FeatureCollection", features: moved } };
}
