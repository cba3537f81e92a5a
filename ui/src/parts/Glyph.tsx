// The one way to show how a thing stands: colour, shape and word.
import type { JSX } from "preact";
import { TONES, type Shape } from "../lib/tone";
import type { Tone } from "../types";

const DRAWN: Record<Shape, JSX.Element> = {
  circle: <circle cx="6" cy="6" r="4.2" fill="currentColor" />,
  triangle: <path d="M6 1.4 11 10.4H1z" fill="currentColor" />,
  diamond: <path d="M6 .6 11.4 6 6 11.4.6 6z" fill="currentColor" />,
  hollow: <circle cx="6" cy="6" r="3.9" fill="none" stroke="currentColor" stroke-width="2" />,
  check: <path d="M1.8 6.4 4.8 9.2 10.2 2.8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />,
  dash: <path d="M2.5 6h7" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />,
};

/** Shape only, for rows that carry the word elsewhere; `label` is what a screen reader says, "" for nothing. */
export function Mark({ tone, label = TONES[tone].word, size = 12 }: { tone: Tone; label?: string; size?: number }): JSX.Element {
  const look = TONES[tone] ?? TONES.none;
  const spoken = label ? ({ role: "img", "aria-label": label } as const) : ({ "aria-hidden": true } as const);
  return (
    <svg class="mark" viewBox="0 0 12 12" width={size} height={size} style={{ color: `var(${look.token})` }} {...spoken}>
      {DRAWN[look.shape]}
    </svg>
  );
}

/** Shape and word. `delayed`: a gold dot beside it, delayed upstream. */
export function Status({ tone, word, delayed = false }: { tone: Tone; word?: string | undefined; delayed?: boolean }): JSX.Element {
  const look = TONES[tone] ?? TONES.none;
  return (
    <span class="status" style={{ color: `var(${look.token})` }}>
      <Mark tone={tone} label="" />
      <span>{word ?? look.word}</span>
      {delayed && <i class="gold" title="delayed upstream"><span class="sr">delayed upstream</span></i>}
    </span>
  );
}
