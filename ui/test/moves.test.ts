import { expect, test } from "vitest";
import { applied } from "../src/lib/moves";
import type { Positions } from "../src/types";

const none: Positions = { turn: 2, now_s: 107, id: [], kind: [], lat: [], lon: [], heading: [], tone: [], age_s: [], estimated: [] };
const before: Positions = {
  turn: 1, now_s: 100, id: ["r1", "r2", "t1"], kind: ["van", "van", "truck"], lat: [41.5, 41.12345, 42], lon: [-30, -30.00001, 0],
  heading: [0, 90, 180], tone: ["on_time", "late", "on_time"], age_s: [5, 50, 500], estimated: [true, true, false],
};

test("rows that stay move, one goes, one comes", () => {
  const come = { ...none, id: ["r9"], kind: ["gig"], lat: [1], lon: [2], heading: [3], tone: ["on_time" as const], age_s: [4], estimated: [false] };
  const after = applied(before, {
    turn: 2, now_s: 107, gone: [0], lat: [-5, 0], lon: [1, 0], turned: [1], heading: [270], toned: [0], tone: ["on_time"],
    fresh: [0], age_s: [0], estimated: [1], come,
  });
  expect(after).toEqual({
    turn: 2, now_s: 107, id: ["r2", "t1", "r9"], kind: ["van", "truck", "gig"], lat: [41.1234, 42, 1], lon: [-30, 0, 2],
    heading: [90, 270, 3], tone: ["on_time", "on_time", "on_time"], age_s: [0, 507, 4], estimated: [true, true, false],
  });
  expect(before.lat[1], "what was shown stays as it was").toBe(41.12345);
});

test("nothing changed: only time passes", () => {
  const same = applied(before, { turn: 2, now_s: 107, gone: [], lat: [0, 0, 0], lon: [0, 0, 0], turned: [], heading: [], toned: [], tone: [], fresh: [], age_s: [], estimated: [], come: none });
  expect(same).toEqual({ ...before, turn: 2, now_s: 107, age_s: [12, 57, 507] });
});
