// How a thing stands against its promise: colour, shape and word always go together.
import type { Tone } from "../types";

export type Shape = "circle" | "triangle" | "diamond" | "hollow" | "check" | "dash";

export interface Look { word: string; shape: Shape; token: string; rank: number }

export const TONES: Record<Tone, Look> = {
  late: { word: "late", shape: "diamond", token: "--late", rank: 5 },
  at_risk: { word: "at risk", shape: "triangle", token: "--at-risk", rank: 4 },
  silent: { word: "silent", shape: "hollow", token: "--silent", rank: 3 },
  on_time: { word: "on time", shape: "circle", token: "--on-time", rank: 2 },
  done: { word: "done", shape: "check", token: "--done", rank: 1 },
  none: { word: "no estimate", shape: "dash", token: "--done", rank: 0 },
};

const ENDED = ["delivered", "returned", "cancelled", "refused", "expired"];
/** What stands instead of a tone's word where all is over, well or not; not of one that waits in its locker, done for us but open. */
export const endedWord = (it: { tone: Tone; status: string }): string | undefined =>
  ["done", "none"].includes(it.tone) && ENDED.includes(it.status) ? it.status : undefined;

export const toneOf = (name: string): Look => TONES[name as Tone] ?? TONES.none;

/** The gravest of some tones; "none" of nothing. */
export function worst(tones: Iterable<Tone>): Tone {
  let found: Tone = "none";
  for (const tone of tones) if (toneOf(tone).rank > TONES[found].rank) found = tone;
  return found;
}
