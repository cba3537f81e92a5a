import { expect, it } from "vitest";
import { BINDINGS, IDLE, press, PREFIX_MS, typing } from "../src/lib/keys";

/** The commands of some keys pressed one after the other, `gap` ms apart. */
function commands(keys: string[], gap = 100): (string | null)[] {
  let waiting = IDLE;
  return keys.map((key, i) => {
    const step = press(waiting, key, i * gap);
    waiting = step.waiting;
    return step.command;
  });
}

it("knows each binding by its keys", () => {
  for (const b of BINDINGS) expect(commands(b.keys.split(" ")).at(-1), b.keys).toBe(b.command);
});

it("has no two bindings for one key, and none that hides a longer one", () => {
  const keys = BINDINGS.map((b) => b.keys);
  expect(new Set(keys).size).toBe(keys.length);
  for (const b of BINDINGS) if (b.keys.includes(" ")) expect(keys).not.toContain(b.keys.split(" ")[0]);
});

it("waits a second for the second letter, not longer", () => {
  expect(commands(["g", "l"])).toEqual([null, "go:/linehaul"]);
  expect(commands(["g", "l"], PREFIX_MS + 1)).toEqual([null, "lock"]);
});

it("takes a second letter that means nothing after `g` for itself", () => {
  expect(commands(["g", "j"])).toEqual([null, "next"]);
  expect(commands(["g", "g", "t"])).toEqual([null, null, "go:/"]);
  expect(commands(["q"])).toEqual([null]);
});

it("leaves fields their letters", () => {
  expect([typing("INPUT", "search", false), typing("TEXTAREA", "", false), typing("DIV", "", true), typing("SELECT", "", false)]).toEqual([true, true, true, true]);
  expect([typing("INPUT", "range", false), typing("INPUT", "checkbox", false), typing("BUTTON", "", false)]).toEqual([false, false, false]);
});
