// A building's work in figures: how far a cut-off is, how much slack it has, where the picks are.
import type { CenterCutoff, Departure } from "../types";

export const STAGES = ["staged", "packed", "picked", "released"] as const;

/** Shares of a cut-off's packages by how far they are, the furthest first; what is left has not been released. */
export function shares(c: CenterCutoff): { stage: string; count: number; share: number }[] {
  const all = Math.max(1, c.packages);
  const begun = STAGES.map((stage) => ({ stage: stage as string, count: c[stage], share: c[stage] / all }));
  const rest = Math.max(0, c.packages - begun.reduce((n, s) => n + s.count, 0));
  return [...begun, { stage: "not released", count: rest, share: rest / all }].filter((s) => s.count > 0);
}

/** Where a slack bar begins and ends, per cent of its width, zero in the middle; held at the ends. */
export function slackBar(slack_s: number, most_s: number): { from: number; to: number; cut: boolean } {
  const share = Math.max(-1, Math.min(1, slack_s / most_s));
  const end = 50 + share * 50;
  return { from: Math.min(50, end), to: Math.max(50, end), cut: Math.abs(slack_s) > most_s };
}

/** How hot each aisle is, 0 to 1, by the hottest. */
export const heat = (picks: readonly number[]): number[] => {
  const most = Math.max(1, ...picks);
  return picks.map((n) => n / most);
};

export type DepartureKind = "to leave" | "under way" | "done" | "cancelled";

/** When a truck came, or is expected: its timetable and what it is behind that. */
export const arrives = (d: Departure): number => (d.arrived_s >= 0 ? d.arrived_s : d.arrive_s + d.late_s);

export const kindOf = (d: Departure): DepartureKind =>
  d.status === "cancelled" ? "cancelled" : d.arrived_s >= 0 || d.status === "done" ? "done" : d.left_s >= 0 ? "under way" : "to leave";
