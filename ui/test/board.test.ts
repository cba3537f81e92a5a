import { describe, expect, it } from "vitest";
import { between, DOOR_ROW, doorOf, figures, fill, inOrder, kept, locked, offsetsOf, ownerAt, placeAt, range, renamed, rowsOf, RUN_ROW, sieve, toggled } from "../src/lib/board";
import { hours, litres, signed } from "../src/lib/format";
import type { Answer, Door, RunBar, RunDetail, Totals, Unassigned } from "../src/types";

const door = (packages: number[], over: Partial<Door> = {}): Door => ({
  seq: 0, stops: packages, packages, lat: 0, lon: 0, plan_s: 0, service_s: 0, leg_m: 0, eta_lo_s: -1, eta_hi_s: -1, due_lo_s: -1, due_s: 0,
  done_s: -1, outcome: "", tone: "on_time", locked: false, ...over,
});
const run = (n: number, doors: Door[], bar: Partial<RunBar> = {}): RunDetail =>
  ({ bar: { run: n, status: "planned", depart_s: n, vehicle: n, ...bar } as RunBar, doors }) as RunDetail;
const waits = (n: number, way: string, why = ""): Unassigned => ({ package: n, way, why }) as Unassigned;

const far = run(7, [door([1], { done_s: 5 }), door([2, 3]), door([4]), door([5])], { status: "left" });

describe("rows of the board", () => {
  it("unfold a run into its doors; those visited stand as one row until they are asked for", () => {
    expect(rowsOf([far, run(8, [door([9])])], new Set(), new Set()).map((r) => r.key)).toEqual(["r7", "r8"]);
    expect(rowsOf([far], new Set([7]), new Set()).map((r) => r.key)).toEqual(["r7", "p7", "d2", "d4", "d5"]);
    const all = rowsOf([far], new Set([7]), new Set([7]));
    expect(all.map((r) => (r.kind === "door" ? [r.n, r.place] : r.key))).toEqual(["r7", "p7", [1, -1], [2, 0], [3, 1], [4, 2]]);
  });
  it("have two heights, and those in sight are the ones that a slow look finds", () => {
    const rows = rowsOf([far, run(8, [door([9])]), far], new Set([7, 8]), new Set([7]));
    const offsets = offsetsOf(rows);
    expect(offsets.at(-1)).toBe(rows.reduce((sum, r) => sum + (r.kind === "run" ? RUN_ROW : DOOR_ROW), 0));
    for (let top = 0; top < offsets.at(-1)!; top += 7) {
      const seen = rows.flatMap((_, i) => (offsets[i + 1]! > top && offsets[i]! < top + 100 ? [i] : []));
      const { first, last } = between(offsets, top, 100, 0);
      expect(first).toBe(seen[0]);
      expect(last).toBeGreaterThan(seen.at(-1)!);
      expect(last - seen.at(-1)!).toBeLessThanOrEqual(2);
    }
    expect(between([0], 0, 400)).toEqual({ first: 0, last: 0 });
  });
  it("keep the run in sight that is scrolled through", () => {
    const rows = rowsOf([far, run(8, [door([9])])], new Set([7, 8]), new Set()), offsets = offsetsOf(rows);
    const at = (top: number): string | undefined => ownerAt(rows, offsets, top)?.key;
    expect([at(0), at(1), at(RUN_ROW + DOOR_ROW), at(offsets[5]!), at(offsets[5]! + 1), at(offsets[6]!)]).toEqual([undefined, "r7", "r7", undefined, "r8", "r8"]);
    expect(ownerAt([], [0], 0)).toBeUndefined();
  });
  it("put what can still be changed first", () => {
    expect(inOrder([far, run(9, []), run(8, [])]).map((r) => r.bar.run)).toEqual([8, 9, 7]);
  });
});

describe("places", () => {
  const doors = [10, 11, 12, 13, 14].map((n) => door([n])), plan = run(1, doors);
  /** What the server does: takes the moved away, then puts them before door `place`. */
  const served = (moved: number[], place: number): number[] => {
    const rest = doors.map((d) => d.packages[0]!).filter((n) => !moved.includes(n));
    return [...rest.slice(0, place), ...moved, ...rest.slice(place)];
  };
  it("lead to where the line was drawn, whatever is moved", () => {
    for (const moved of [[10], [12], [14], [10, 14], [11, 12], [99]]) {
      for (const at of doors) {
        const n = at.packages[0]!;
        if (moved.includes(n)) continue;
        for (const after of [false, true]) {
          const order = served(moved, placeAt(plan, at, after, new Set(moved)));
          expect(order.indexOf(n) - order.indexOf(after ? moved[0]! : moved.at(-1)!), `${moved} ${after ? "after" : "before"} ${n}`).toBe(after ? -1 : 1);
        }
      }
    }
  });
  it("count doors that are still to come only", () => {
    expect(placeAt(far, far.doors[2]!, false, new Set())).toBe(1);
    expect(doorOf([far], 3)!.door).toBe(far.doors[1]);
    expect(doorOf([far], 77)).toBeUndefined();
  });
  it("a run is locked when all that is to come is", () => {
    expect(locked(far)).toBe(false);
    expect(locked(run(1, [door([1], { done_s: 4 }), door([2], { locked: true })]))).toBe(true);
    expect(locked(run(1, []))).toBe(false);
  });
});

describe("selection", () => {
  it("goes by ranges, in either direction, and from nowhere to one", () => {
    expect(range(["a", "b", "c", "d"], "c", "a")).toEqual(["a", "b", "c"]);
    expect(range(["a", "b"], undefined, "b")).toEqual(["b"]);
    expect(range(["a", "b"], "a", "z")).toEqual([]);
  });
  it("takes all in, or all out if all were in", () => {
    expect([...toggled(new Set([1]), [1, 2])]).toEqual([1, 2]);
    expect([...toggled(new Set([1, 2, 3]), [1, 2])]).toEqual([3]);
  });
  it("lets go of what has left the board or was brought", () => {
    expect([...kept(new Set([1, 2, 8, 99]), [waits(8, "own")], [far])]).toEqual([2, 8]);
  });
  it("follows a run to its new number", () => {
    const answer = { runs: [{ run: 7, into: 12 }, { run: 8, into: -1 }] } as Answer;
    expect([...renamed(new Set([7, 8]), answer)]).toEqual([7, 8, 12]);
  });
});

it("the pool is counted by way and reason, and sifted by both", () => {
  const pool = [waits(1, "own", "no room"), waits(2, "own"), waits(3, "locker", "no room"), waits(4, "own", "no room")];
  const all = sieve(pool, undefined, undefined);
  expect(all.ways).toEqual([["own", 3], ["locker", 1]]);
  expect(all.whys).toEqual([["no room", 3], ["waits for the next plan", 1]]);
  expect(sieve(pool, "own", "no room").shown.map((u) => u.package)).toEqual([1, 4]);
});

describe("consequences", () => {
  const totals = (over: Partial<Totals>): Totals => ({ doors: 3, packages: 3, dist_m: 1000, time_s: 600, late_s: 0, late_doors: 0, co2_mg: 5, cost_c: 900, volume_ml: 1, weight_g: 1, ...over });
  it("say what got better and what worse; more doors are neither", () => {
    const found = figures(totals({}), totals({ doors: 4, dist_m: 900, cost_c: 950 }));
    const of = (name: string): unknown => { const f = found.find((x) => x.name === name)!; return [f.better, f.worse]; };
    expect([of("doors"), of("distance"), of("cost"), of("time")]).toEqual([[false, false], [true, false], [false, true], [false, false]]);
  });
  it("are told with sign and unit", () => {
    expect([signed(-1200, litres), signed(0, litres), signed(90, hours), hours(21_720), litres(-1)]).toEqual(["−1.2 l", "±0", "+0:02", "6:02", "–"]);
    expect([fill(50, 200), fill(5, -1), fill(300, 200)]).toEqual([25, -1, 150]);
  });
});
