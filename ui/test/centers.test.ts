import { describe, expect, it } from "vitest";
import { heat, kindOf, shares, slackBar } from "../src/lib/centers";
import { aDay, nextAt } from "../src/lib/format";
import type { CenterCutoff, Departure } from "../src/types";

const cutoff = (over: Partial<CenterCutoff>): CenterCutoff => ({ cutoff_s: 0, dest: 1, packages: 10, released: 0, picked: 0, packed: 0, staged: 0, slack_s: 0, tone: "on_time", ...over });

describe("a cut-off", () => {
  it("is told in stages, the furthest first, and what is missing has not been released", () => {
    expect(shares(cutoff({ staged: 4, released: 1 })).map((s) => [s.stage, s.count])).toEqual([["staged", 4], ["released", 1], ["not released", 5]]);
    expect(shares(cutoff({ staged: 10 }))).toEqual([{ stage: "staged", count: 10, share: 1 }]);
    expect(shares(cutoff({ packages: 0 }))).toEqual([]);
    const all = shares(cutoff({ staged: 3, packed: 2, picked: 2, released: 1 }));
    expect(all.reduce((n, s) => n + s.share, 0)).toBeCloseTo(1, 9);
  });
  it("has its slack to the right of now, what is over to the left, and ends at the edge", () => {
    expect(slackBar(1800, 3600)).toEqual({ from: 50, to: 75, cut: false });
    expect(slackBar(-3600, 3600)).toEqual({ from: 0, to: 50, cut: false });
    expect(slackBar(90_000, 3600)).toEqual({ from: 50, to: 100, cut: true });
  });
});

it("heat is by the hottest aisle, and an idle floor is cold", () => {
  expect(heat([4, 2, 0])).toEqual([1, 0.5, 0]);
  expect(heat([0, 0])).toEqual([0, 0]);
});

it("a departure is to leave, under way, done or cancelled", () => {
  const d = (over: Partial<Departure>): Departure => ({ status: "planned", left_s: -1, arrived_s: -1, ...over }) as Departure;
  expect([d({}), d({ left_s: 5 }), d({ left_s: 5, arrived_s: 9 }), d({ status: "cancelled" })].map(kindOf)).toEqual(["to leave", "under way", "done", "cancelled"]);
});

describe("the twin's time", () => {
  it("goes to the next such hour of the place", () => {
    const noon = Date.UTC(2026, 2, 5, 12, 0, 0) / 1000;
    expect(nextAt("13:30", noon, 0) - noon).toBe(5400);
    expect(nextAt("12:00", noon, 0) - noon).toBe(86_400);
    expect(nextAt("06:00", noon, -7200) - noon).toBe(20 * 3600);
  });
  it("says how long a day takes", () => {
    expect([aDay(60), aDay(1000), aDay(1)]).toEqual(["24 min a day", "86 s a day", "1 d a day"]);
  });
});
