import { expect, test } from "vitest";
import { bars, change, figure } from "../src/lib/compare";
import type { MeasureShape } from "../src/types";

const m = (unit: string, better: MeasureShape["better"], base: number, fork: number): MeasureShape => ({ name: "x", words: "x", unit, better, base, fork });

test("figures stand in their units", () => {
  expect(figure(m("per mille", "more", 955, 0), 955, "USD")).toBe("95.5 %");
  expect(figure(m("cents", "less", 143, 0), 143, "USD")).toBe("$1.43");
  expect(figure(m("km", "less", 0, 0), 12345.67, "USD")).toBe("12,345.7 km");
  expect(figure(m("orders", "more", 0, 0), -1, "USD")).toBe("–");
});

test("a difference says how much and whether it is good", () => {
  expect(change(m("per mille", "more", 955, 900), "USD")).toEqual({ words: "−5.5 points", tone: "bad" });
  expect(change(m("km", "less", 100, 90), "USD")).toEqual({ words: "−10 km", tone: "good" });
  expect(change(m("orders", "", 100, 300), "USD")).toEqual({ words: "+200", tone: "same" });
  expect(change(m("orders", "more", 5, 5), "USD")).toEqual({ words: "same", tone: "same" });
  expect(change(m("per mille", "more", -1, 900), "USD").words).toBe("same");
});

test("bars share one measure", () => {
  expect(bars(m("km", "less", 50, 100))).toEqual([0.5, 1]);
  expect(bars(m("km", "less", 0, 0))).toEqual([0, 0]);
});
