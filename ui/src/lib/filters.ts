// What each tile of the strip lets through, in the inbox, on the map and in the Gantt.
import type { ExceptionShape, RunBar, Tone } from "../types";

export interface Filter {
  label: string;
  exception: (e: ExceptionShape) => boolean;
  run: (r: RunBar) => boolean;
  tone: (t: Tone) => boolean;
}

const among = (...kinds: string[]) => (e: ExceptionShape): boolean => kinds.includes(e.kind);
const any = (): boolean => true;

export const FILTERS: Record<string, Filter> = {
  promised: {
    label: "promised today",
    exception: (e) => e.about === "package" || e.about === "run" || e.about === "order",
    run: (r) => r.status !== "done",
    tone: (t) => t !== "done",
  },
  behind: {
    label: "not on time",
    exception: (e) => e.tone === "late" || e.tone === "at_risk",
    run: (r) => r.tone === "late" || r.tone === "at_risk" || r.late > 0,
    tone: (t) => t === "late" || t === "at_risk",
  },
  at_risk: { label: "at risk", exception: (e) => e.tone === "at_risk", run: (r) => r.tone === "at_risk", tone: (t) => t === "at_risk" },
  late: {
    label: "late",
    exception: (e) => e.tone === "late",
    run: (r) => r.tone === "late" || r.late > 0,
    tone: (t) => t === "late",
  },
  silent: { label: "silent", exception: (e) => e.tone === "silent" || e.kind === "NO_SCAN", run: (r) => r.tone === "silent", tone: (t) => t === "silent" },
  unassigned: { label: "unassigned", exception: among("UNASSIGNED"), run: (r) => r.status === "planned", tone: any },
  cutoff: { label: "cut-off", exception: among("MISSED_CUTOFF", "FLOOR_BEHIND", "TRUCK_LATE", "STANDSTILL"), run: any, tone: any },
  out: { label: "vehicles out", exception: (e) => e.about === "run" || e.about === "trip", run: (r) => r.left_s >= 0 && r.ended_s < 0, tone: any },
};

export const filterOf = (name: string | undefined): Filter | undefined => (name ? FILTERS[name] : undefined);

export type Sort = "cost" | "breach" | "kind";

/** Sorted copy: dearest first, soonest breach first, or by kind and then cost. */
export function sorted(items: readonly ExceptionShape[], by: Sort): ExceptionShape[] {
  const cost = (a: ExceptionShape, b: ExceptionShape): number => b.cost_c - a.cost_c || a.minutes - b.minutes;
  const order: Record<Sort, (a: ExceptionShape, b: ExceptionShape) => number> = {
    cost,
    breach: (a, b) => a.minutes - b.minutes || b.cost_c - a.cost_c,
    kind: (a, b) => a.kind.localeCompare(b.kind) || cost(a, b),
  };
  return [...items].sort(order[by]);
}
