import { describe, expect, it } from "vitest";
import { asked, AIMS, placeWords, plannable, planOf, ranked, same } from "../src/lib/plan";
import { press, IDLE } from "../src/lib/keys";
import type { Board, Door, NetworkShape, Plan, RunBar, RunDetail, Shift, Unassigned, Visit } from "../src/types";

const door = (p: number): Door => ({ packages: [p], lon: p, lat: -p, done_s: -1 }) as Door;
const run = (n: number, doors: number[], status = "planned"): RunDetail => ({ bar: { run: n, status, depart_s: n, vehicle: n, name: `van ${n}` } as RunBar, doors: doors.map(door) }) as RunDetail;
const shift = (p: number, from: number, place: number, to: number, to_place: number): Shift => ({ packages: [p], run: from, place, to_run: to, to_place });
const visits = (...packages: number[]): Visit[] => packages.map((p, seq) => ({ packages: [p], seq }) as Visit);
const net = { sites: [{ site: 0, lon: 100, lat: 50 }] } as NetworkShape;
const board = { station: 0, unassigned: [{ package: 9, lon: 9, lat: -9 } as Unassigned], runs: [run(1, [1, 2, 3]), run(2, [4], "left")] } as Board;

describe("what is asked", () => {
  it("names runs, budget, what counts, and of the pool none, some or all", () => {
    const wish = { runs: new Set([5, 3]), pool: "selected" as const, selected: [7], seconds: 2, aim: "co2" as const };
    expect(asked(4, wish)).toEqual({ station: 4, runs: [3, 5], seconds: 2, pool: [7], whole_pool: false, weights: { co2_c_kg: 100 } });
    expect(asked(4, { ...wish, pool: "all", aim: "cost" })).toMatchObject({ pool: [], whole_pool: true, weights: {} });
    expect(new Set(AIMS.map(([key]) => key)).size).toBe(AIMS.length);
  });
  it("is of runs that have not left: those named if one can be, else all", () => {
    const runs = [run(1, []), run(2, [], "left"), run(3, [])];
    expect(plannable(runs, []).open.map((r) => r.bar.run)).toEqual([1, 3]);
    expect([...plannable(runs, [3, 2]).ticked]).toEqual([3]);
    expect([...plannable(runs, [2]).ticked]).toEqual([1, 3]);
  });
  it("has a key", () => expect(press(IDLE, "o", 0).command).toBe("optimise"));
});

describe("what is shown", () => {
  const moved = [shift(1, 1, 0, 1, 2), shift(4, 2, 0, 1, 0), shift(9, -1, -1, 1, 1)];
  it("tells doors from the pool first, then those that change their run", () => {
    expect(ranked(moved).map((s) => s.packages[0])).toEqual([9, 4, 1]);
    expect(moved.map((s) => s.packages[0])).toEqual([1, 4, 9]);
    expect(placeWords((n) => `van ${n}`, 2, 6)).toBe("van 2, door 7");
    expect(placeWords(String, -1, -1)).toBe("the pool");
    expect([same({ moved: [] } as unknown as Plan), same({ moved } as Plan)]).toEqual([true, false]);
  });
  it("draws each run as it would go, from its station or, on the road, from its next door", () => {
    const plan = { runs: [{ run: 1, visits: visits(4, 9, 2) }, { run: 2, visits: visits(4) }, { run: 5, visits: [] }], moved } as unknown as Plan;
    const { ways, moved: dots } = planOf(net, board, plan);
    expect(ways.features.map((f) => (f.geometry as { coordinates: number[][] }).coordinates)).toEqual([
      [[100, 50], [4, -4], [9, -9], [2, -2], [100, 50]], [[4, -4], [100, 50]],
    ]);
    expect(dots.features.map((f) => f.properties)).toEqual([{ package: 1, how: "place" }, { package: 4, how: "run" }, { package: 9, how: "new" }]);
    expect(planOf(net, board, null).ways.features).toEqual([]);
  });
});
