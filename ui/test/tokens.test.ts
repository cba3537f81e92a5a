import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast, theme } from "../src/lib/contrast";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const css = read("../src/tokens.css");
const TEXT = ["--ink", "--ink-2", "--ink-3", "--accent", "--on-time", "--at-risk", "--late", "--silent", "--done", "--twin"];
const GROUNDS = ["--ground", "--surface", "--raised", "--hover"];

describe.each(["dark", "light"])("%s theme", (name) => {
  const colours = theme(css, name);
  const pair = (a: string, b: string): number => {
    expect(colours, `${a} and ${b} are colours`).toMatchObject({ [a]: expect.any(String), [b]: expect.any(String) });
    return contrast(colours[a]!, colours[b]!);
  };
  it.each(GROUNDS)("text on %s can be read (WCAG 1.4.3, 4.5 to 1)", (ground) => {
    for (const ink of TEXT) expect(pair(ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });
  it("what is pressed or chosen can be read", () => {
    for (const ground of ["--accent", "--accent-strong"]) expect(pair("--on-accent", ground)).toBeGreaterThanOrEqual(4.5);
    expect(pair("--on-twin", "--twin")).toBeGreaterThanOrEqual(4.5);
    for (const ink of ["--ink", "--ink-2", "--ink-3", "--accent", "--late", "--at-risk", "--on-time"]) expect(pair(ink, "--accent-soft"), ink).toBeGreaterThanOrEqual(4.5);
    for (const ink of ["--ink", "--at-risk"]) expect(pair(ink, "--amber-soft"), ink).toBeGreaterThanOrEqual(4.5);
    expect(pair("--twin", "--twin-soft")).toBeGreaterThanOrEqual(4.5);
  });
  it("what is no text but tells something can be seen (1.4.11, 3 to 1)", () => {
    for (const ground of ["--map-land", "--map-zone"]) {
      for (const ink of ["--on-time", "--at-risk", "--late", "--silent", "--done", "--accent", "--map-site"]) expect(pair(ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(3);
    }
    expect(pair("--map-site-ink", "--map-site")).toBeGreaterThanOrEqual(3);
    expect(pair("--focus", "--surface")).toBeGreaterThanOrEqual(3);
    expect(pair("--gold", "--surface")).toBeGreaterThanOrEqual(3);
  });
});

it("both themes have the same names, and no sheet but tokens.css names a colour of its own", () => {
  expect(Object.keys(theme(css, "dark"))).toEqual(Object.keys(theme(css, "light")));
  for (const sheet of ["base", "frame", "tower", "pages", "dispatch", "network"]) {
    const found = read(`../src/styles/${sheet}.css`).match(/#[0-9a-f]{3,8}\b/gi) ?? [];
    expect(found, sheet).toEqual([]);
  }
});

it("knows black from white", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#777777")).toBe(1);
});

it("the lock file names no host", () => {
  expect(read("../package-lock.json")).not.toMatch(/:\/\//);
});
