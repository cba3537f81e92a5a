import { describe, expect, it } from "vitest";
import { changed, formatAddress, parseAddress } from "../src/lib/address";
import { cells } from "../src/lib/cells";
import { rgb } from "../src/lib/contrast";
import { sorted } from "../src/lib/filters";
import { hm, lasting, money, near, permille, relative, span } from "../src/lib/format";
import { around, marks, ordered, ticks, timeAt, xOf } from "../src/lib/gantt";
import { glide, JUMP, turned, updated } from "../src/lib/motion";
import { joined, nothingRead, type Read } from "../src/lib/pages";
import { inSight, stepped } from "../src/lib/rows";
import { TONES, toneOf, worst } from "../src/lib/tone";
import type { ExceptionShape, Positions, RunBar, Tone } from "../src/types";

const seen = (id: string, lon: number, lat: number, heading = 0): Positions => ({
  turn: 1, now_s: 0, id: [id], kind: ["van"], lat: [lat], lon: [lon], heading: [heading], tone: ["on_time"], age_s: [0], estimated: [false],
});

describe("motion", () => {
  it("turns the short way round", () => {
    expect(turned(350, 10, 0.5)).toBe(0);
    expect(turned(10, 350, 0.5)).toBe(0);
    expect(turned(0, 90, 1)).toBe(90);
  });
  it("glides from where a thing was drawn, never from where it was meant to be", () => {
    let movers = updated(new Map(), seen("r1", 10, 50));
    movers = updated(movers, seen("r1", 10.01, 50));
    glide(movers.values(), 0.5);
    expect(movers.get("r1")!.lon).toBeCloseTo(10.005, 9);
    movers = updated(movers, seen("r1", 10.02, 50));
    glide(movers.values(), 0);
    expect(movers.get("r1")!.lon).toBeCloseTo(10.005, 9);
    glide(movers.values(), 7);
    expect(movers.get("r1")!.lon).toBeCloseTo(10.02, 9);
  });
  it("draws a correction at once, and forgets what is gone", () => {
    let movers = updated(new Map(), seen("r1", 10, 50));
    movers = updated(movers, seen("r1", 10 + 2 * JUMP, 50));
    expect(movers.get("r1")!.lon).toBe(10 + 2 * JUMP);
    expect(updated(movers, seen("r2", 1, 1)).has("r1")).toBe(false);
  });
});

describe("tone", () => {
  it("gives every tone a shape of its own: colour is never alone", () => {
    const shapes = Object.values(TONES).map((t) => t.shape);
    expect(new Set(shapes).size).toBe(shapes.length);
    expect(new Set(Object.values(TONES).map((t) => t.word)).size).toBe(shapes.length);
  });
  it("finds the gravest", () => {
    expect(worst(["done", "at_risk", "on_time"])).toBe("at_risk");
    expect(worst([])).toBe("none");
    expect(toneOf("unheard of")).toBe(TONES.none);
  });
});

describe("cells", () => {
  it("keep every dot, and put near dots together", () => {
    const tones: Tone[] = ["on_time", "late", "done"];
    const dots = [...Array(500).keys()].map((i) => ({ lon: 10 + ((i * 37) % 100) / 50, lat: 50 + ((i * 53) % 100) / 50, tone: tones[i % 3]! }));
    const found = cells(dots, 0.2);
    expect(found.reduce((n, c) => n + c.count, 0)).toBe(500);
    expect(found.length).toBeLessThan(120);
    expect(found.every((c) => c.ring.length === 7)).toBe(true);
    expect(cells([{ lon: 10, lat: 50, tone: "late" }, { lon: 10.0001, lat: 50, tone: "done" }], 0.5)).toMatchObject([{ count: 2, late: 1, tone: "late" }]);
  });
  it("lie around their dots", () => {
    for (const lat of [-60, 0, 47.6, 70]) {
      const [cell] = cells([{ lon: -122.3, lat, tone: "done" }], 0.1);
      expect(Math.abs(cell!.lon + 122.3)).toBeLessThanOrEqual(0.1);
      expect(Math.abs(cell!.lat - lat)).toBeLessThanOrEqual(0.1);
    }
  });
});

describe("pages", () => {
  const row = (n: number, v = 0): { n: number; v: number } => ({ n, v });
  it("joins without a row twice; a row that moved has its new self", () => {
    let read: Read<{ n: number; v: number }> = joined(nothingRead(), { items: [row(1), row(2)], cursor: "a" }, (r) => r.n);
    read = joined(read, { items: [row(2, 9), row(3)], cursor: "" }, (r) => r.n);
    expect(read).toEqual({ items: [row(1), row(2, 9), row(3)], cursor: "", ended: true });
  });
  it("ends where a server hands back the cursor it was given", () => {
    const once = joined(nothingRead<{ n: number }>(), { items: [{ n: 1 }], cursor: "a" }, (r) => r.n);
    expect(once.ended).toBe(false);
    expect(joined(once, { items: [{ n: 2 }], cursor: "a" }, (r) => r.n).ended).toBe(true);
  });
});

describe("rows", () => {
  it("shows those in sight and a few more", () => {
    expect(inSight(0, 360, 36, 1000, 2)).toEqual({ first: 0, last: 12 });
    expect(inSight(3600, 360, 36, 1000, 2)).toEqual({ first: 98, last: 112 });
    expect(inSight(0, 360, 36, 3)).toEqual({ first: 0, last: 3 });
    expect(inSight(9999, 360, 36, 0)).toEqual({ first: 0, last: 0 });
  });
  it("steps inside", () => {
    expect([stepped(-1, 1, 5), stepped(-1, -1, 5), stepped(4, 1, 5), stepped(0, -1, 5), stepped(2, 1, 0)]).toEqual([0, 4, 4, 0, -1]);
  });
});

describe("address", () => {
  it("is the same for equal views, and read back as it was", () => {
    const view = parseAddress("#/orders?tone=late&at=1772537700");
    expect(view).toEqual({ path: "/orders", query: { tone: "late", at: "1772537700" } });
    expect(formatAddress(view)).toBe("#/orders?at=1772537700&tone=late");
    expect(parseAddress("")).toEqual({ path: "/", query: {} });
    expect(formatAddress(changed(view, { at: undefined, tone: "" }))).toBe("#/orders");
    const odd = { path: "/search", query: { q: "a&b=c ü#?" } };
    expect(parseAddress(formatAddress(odd))).toEqual(odd);
  });
});

describe("words", () => {
  const noon = Date.UTC(2026, 2, 5, 12, 0, 0) / 1000;
  it("tells time of the place", () => {
    expect(hm(noon, -8 * 3600)).toBe("04:00");
    expect(hm(-1, 0)).toBe("–");
    expect(near(noon + 86400, noon, 0)).toBe("Fri 12:00");
    expect(near(noon + 30 * 86400, noon, 0)).toBe("Sat 4 Apr 12:00");
    expect(span(noon, noon + 4 * 3600, noon, 0)).toBe("12:00–16:00");
    expect(span(-1, noon, noon, 0)).toBe("by 12:00");
    expect(span(noon - 86400, noon, noon, 0)).toBe("by 12:00");
  });
  it("tells lengths", () => {
    expect([lasting(45), lasting(720), lasting(3599), lasting(12_000), lasting(187_200)]).toEqual(["45 s", "12 min", "1 h", "3 h 20 min", "2 d 4 h"]);
    expect(relative(-60)).toBe("1 min ago");
  });
  it("never rounds money away", () => {
    expect(money(291, "USD")).toBe("$2.91");
    expect(money(-1234567, "EUR")).toBe("−€12,345.67");
    expect(money(8449, "USD", true)).toBe("$84");
    expect([permille(962), permille(-1)]).toEqual(["96.2 %", "–"]);
  });
});

const bar = (over: Partial<RunBar>): RunBar => ({
  run: 0, name: "R0", way: "own", vehicle: 0, station: 0, status: "left", tone: "on_time", depart_s: 0, back_s: 9000, left_s: 60, ended_s: -1,
  packages: 3, delivered: 1, failed: 0, late: 0, next_s: 2000, shift_s: 300, plan_s: [1000, 2000, 3000], done_s: [1100, -1, -1], door_late: [false, false, true], ...over,
});

describe("gantt", () => {
  it("puts times on the axis and reads them back", () => {
    const axis = around(100_000, 8, 640);
    expect(timeAt(axis, xOf(axis, 101_234))).toBeCloseTo(101_234, 6);
    expect(xOf(axis, 100_000)).toBeCloseTo(160, 6);
    for (const t of ticks(axis, -8 * 3600)) expect((t - 8 * 3600) % 3600).toBe(0);
  });
  it("marks what is done where it was done, the rest where it is expected", () => {
    expect(marks(bar({}), true)).toEqual([{ at_s: 1100, kind: "done" }, { at_s: 2300, kind: "open" }, { at_s: 3300, kind: "late" }]);
    expect(marks(bar({}), false).map((m) => m.at_s)).toEqual([1000, 2000, 3000]);
  });
  it("orders by need", () => {
    const rows = [bar({ run: 1, status: "done" }), bar({ run: 2, status: "planned" }), bar({ run: 3 }), bar({ run: 4, late: 5 })];
    expect(ordered(rows).map((r) => r.run)).toEqual([4, 3, 2, 1]);
  });
});

describe("inbox", () => {
  it("sorts without touching what it was given", () => {
    const e = (id: string, cost_c: number, minutes: number): ExceptionShape => ({ id, cost_c, minutes, kind: "LATE" }) as ExceptionShape;
    const items = [e("a", 10, 5), e("b", 90, 50), e("c", 90, 1)];
    expect(sorted(items, "cost").map((i) => i.id)).toEqual(["c", "b", "a"]);
    expect(sorted(items, "breach").map((i) => i.id)).toEqual(["c", "a", "b"]);
    expect(items.map((i) => i.id)).toEqual(["a", "b", "c"]);
  });
});

describe("colours", () => {
  it("are read in both ways of writing", () => {
    expect(rgb("#0b756a")).toEqual([11, 117, 106]);
    expect(rgb("#fff")).toEqual([255, 255, 255]);
    expect(rgb("#1a0")).toEqual(rgb("#11aa00"));
  });
});

it("one late among hundreds does not make a cell late, a tenth does", () => {
  const dots = (late: number) => [...Array(200).keys()].map((i) => ({ lon: 10, lat: 50, tone: i < late ? ("late" as const) : ("on_time" as const) }));
  expect(cells(dots(1), 0.5)[0]).toMatchObject({ count: 200, late: 1, tone: "on_time" });
  expect(cells(dots(20), 0.5)[0]).toMatchObject({ late: 20, tone: "late" });
});
