// Where things stand on the time axis of the Gantt.
import type { RunBar } from "../types";

export interface Axis { from_s: number; to_s: number; width: number }

export const xOf = (axis: Axis, at_s: number): number => ((at_s - axis.from_s) / (axis.to_s - axis.from_s)) * axis.width;
export const timeAt = (axis: Axis, x: number): number => axis.from_s + (x / axis.width) * (axis.to_s - axis.from_s);

const STEPS_S = [900, 1800, 3600, 2 * 3600, 3 * 3600, 4 * 3600, 6 * 3600];

/** Hours (or parts) to write on the axis, on local round times, at least `apart` pixels from each other. */
export function ticks(axis: Axis, offset_s: number, apart = 64): number[] {
  const per_px = (axis.to_s - axis.from_s) / axis.width;
  const step = STEPS_S.find((s) => s / per_px >= apart) ?? 12 * 3600;
  const first = Math.ceil((axis.from_s + offset_s) / step) * step - offset_s;
  const out: number[] = [];
  for (let t = first; t <= axis.to_s; t += step) out.push(t);
  return out;
}

/** The axis as `hours` round a moment: a quarter before it. */
export function around(now_s: number, hours: number, width: number): Axis {
  const length = hours * 3600;
  return { from_s: Math.round(now_s - length * 0.25), to_s: Math.round(now_s + length * 0.75), width };
}

export interface Mark { at_s: number; kind: "open" | "done" | "late" | "done_late" }

/** One mark a door: where it was done, or where it is expected now (`live`), or where the plan has it. */
export function marks(bar: RunBar, live: boolean): Mark[] {
  return bar.plan_s.map((plan, i) => {
    const done = bar.done_s[i] ?? -1, late = bar.door_late[i] ?? false;
    if (!live) return { at_s: plan, kind: done >= 0 ? "done" : "open" };
    if (done >= 0) return { at_s: done, kind: late ? "done_late" : "done" };
    return { at_s: plan + Math.max(0, bar.shift_s), kind: late ? "late" : "open" };
  });
}

/** Begin and end of a run's bar; live: what has happened and what is expected, else as planned. */
export function reach(bar: RunBar, live: boolean): [number, number] {
  if (!live) return [bar.depart_s, bar.back_s];
  const from = bar.left_s >= 0 ? bar.left_s : bar.depart_s;
  return [from, bar.ended_s >= 0 ? bar.ended_s : bar.back_s + Math.max(0, bar.shift_s)];
}

const RANK: Record<string, number> = { left: 0, broken: 0, planned: 1, done: 2 };

/** Rows in the order in which they need looking at: on the road worst first, then what is to leave, then what is back. */
export function ordered(runs: readonly RunBar[]): RunBar[] {
  return [...runs].sort((a, b) => (RANK[a.status] ?? 1) - (RANK[b.status] ?? 1) || b.late - a.late || a.depart_s - b.depart_s || a.run - b.run);
}
