// The slider over the journal: what was known at a moment of the day.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { dayStart, dayWord, hm } from "../../lib/format";
import { Icon } from "../../parts/Icon";
import { travel } from "../../parts/Frame";
import { liveNow, offset } from "../../state/live";
import { at, tune } from "../../state/view";

const STEP_S = 300, WAIT_MS = 150, DAY_S = 86_400;

export function TimeTravel(): JSX.Element {
  const held = useSignal<number | null>(null);
  const timer = useRef(0);
  const moment = held.value ?? at.value ?? liveNow.value;
  const from = dayStart(at.value ?? liveNow.value, offset.value);
  const end = Math.min(from + DAY_S, liveNow.value);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const move = (to: number): void => {
    held.value = to;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      tune({ at: to >= end - STEP_S && end === liveNow.value ? undefined : to });
      held.value = null;
    }, WAIT_MS);
  };
  const share = end > from ? Math.min(1, (moment - from) / DAY_S) : 0;
  const known = (end - from) / DAY_S;
  return (
    <section class="travel" aria-label="Time travel">
      <div class="when">
        <span>{at.value === undefined && held.value === null ? "Now" : "Then"}</span>
        <b>{dayWord(moment, offset.value)}, {hm(moment, offset.value)}</b>
        <button class="plain" aria-label="A day earlier" title="A day earlier" onClick={() => travel(-DAY_S)}><Icon name="back" size={16} /></button>
        <button class="plain" aria-label="A day later" title="A day later" disabled={at.value === undefined} onClick={() => travel(DAY_S)}><Icon name="on" size={16} /></button>
        {at.value !== undefined && <button class="button" onClick={() => tune({ at: undefined })}>Back to now</button>}
      </div>
      <div class="slide" style={{ "--share": `${share * 100}%`, "--known": `${known * 100}%` }}>
        <input type="range" min={from} max={from + DAY_S} step={STEP_S} value={Math.min(moment, end)} aria-label="Moment shown" aria-valuetext={`${dayWord(moment, offset.value)}, ${hm(moment, offset.value)}`}
          onInput={(e) => { const to = Math.min(Number(e.currentTarget.value), end); e.currentTarget.value = String(to); move(to); }} />
        <div class="hours" aria-hidden="true">{[0, 6, 12, 18, 24].map((h) => <span key={h}>{String(h).padStart(2, "0")}:00</span>)}</div>
      </div>
    </section>
  );
}
