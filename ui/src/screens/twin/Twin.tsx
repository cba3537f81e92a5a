// The twin: its clock, and how fast it goes.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { aDay, dayWord, hm, lasting, nextAt } from "../../lib/format";
import { Icon } from "../../parts/Icon";
import { Empty, Failure, Skeleton } from "../../parts/States";
import { ApiError, newKey, post } from "../../net/api";
import { clock, liveNow, mode, offset, seeClock } from "../../state/live";
import { useRead } from "../../state/read";
import { href } from "../../state/view";
import type { ClockShape, Overview } from "../../types";
import { Strip } from "../tower/Strip";
import { Injections } from "./Injections";

const SPEEDS = [1, 10, 60, 120, 300, 600, 1000];

function Steering({ c }: { c: ClockShape }): JSX.Element {
  const busy = useSignal(""), error = useSignal<ApiError | null>(null), until = useSignal("06:00");
  const steer = async (verb: string, body: object = {}): Promise<void> => {
    if (busy.value) return;
    busy.value = verb;
    error.value = null;
    try {
      seeClock(await post<ClockShape>(`twin/${verb}`, body, { key: newKey() }));
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    } finally {
      busy.value = "";
    }
  };
  const o = offset.value, behind = c.behind_s > 5;
  const hurry = (at: number): void => void steer("until", { at: Math.floor(at) });
  return (
    <div class="steering">
      <section class="twin-clock" aria-label="The twin's clock">
        <p class="quiet">{dayWord(liveNow.value, o)}</p>
        <time>{hm(liveNow.value, o, true)}</time>
        <p class={behind ? "bad" : "quiet"}>{behind ? `catching up: ${lasting(c.behind_s)} to go until ${hm(c.clock_s, o)}` : c.paused ? "stands still" : `${c.speed}×, ${c.speed === 1 ? "as in life" : aDay(c.speed)}`}</p>
        <div class="deeds">
          {c.paused ? <button class="button main" disabled={!!busy.value} onClick={() => void steer("go")}><Icon name="play" size={16} />Go</button>
            : <button class="button main" disabled={!!busy.value} onClick={() => void steer("pause")}><Icon name="pause" size={16} />Pause</button>}
          <button class="button" disabled={!!busy.value} title="One appointment on, then stop" onClick={() => void steer("step")}><Icon name="step" size={16} />Step</button>
        </div>
        {error.value && <Failure error={error.value} />}
      </section>
      <div>
        <section><h2>Speed</h2>
          <div class="seg big" role="group" aria-label="Speed">
            {SPEEDS.map((s) => <button key={s} aria-pressed={c.speed === s} disabled={!!busy.value} onClick={() => void steer("speed", { speed: s })}><b>{s}×</b><small>{s === 1 ? "as in life" : aDay(s)}</small></button>)}
          </div>
        </section>
        <section><h2>Hurry to a moment</h2>
          <form class="start" onSubmit={(e) => { e.preventDefault(); hurry(nextAt(until.value, liveNow.value, o)); }}>
            <input class="field n" type="time" required aria-label="Time of day" value={until.value} onInput={(e) => (until.value = e.currentTarget.value)} />
            <button class="button" disabled={!!busy.value}>Go there{until.value && `, ${dayWord(nextAt(until.value, liveNow.value, o), o)}`}</button>
            <button type="button" class="button" disabled={!!busy.value} onClick={() => hurry(liveNow.value + 3600)}>1 hour on</button>
            <button type="button" class="button" disabled={!!busy.value} onClick={() => hurry(liveNow.value + 86_400)}>1 day on</button>
          </form>
          <p class="quiet">As fast as the machine can, then on at the speed that is set.</p>
        </section>
        <Injections />
        <section><h2>So far</h2>
          <dl class="so-far">
            <div><dt>began</dt><dd>{dayWord(c.start_s, o)}, {hm(c.start_s, o)}</dd></div>
            <div><dt>has run</dt><dd>{lasting(Math.max(0, liveNow.value - c.start_s))}</dd></div>
            <div><dt>next appointment</dt><dd>{hm(c.next_s, o)}{c.next_s > liveNow.value && `, in ${lasting(c.next_s - liveNow.value)}`}</dd></div>
            <div><dt>turn</dt><dd>{c.turn.toLocaleString("en-US")}</dd></div>
          </dl>
        </section>
      </div>
    </div>
  );
}

export function Twin(): JSX.Element {
  const overview = useRead<Overview>("overview", {}, 2000).value;
  const c = clock.value;
  return (
    <div class="page twin-page">
      <header class="page-head"><h1>Twin</h1></header>
      {!c ? <Skeleton rows={4} /> : mode.value !== "twin"
        ? <Empty title="This network runs on the wall clock">Nothing here is simulated, so its time cannot be steered. <a href={href("/")}>To the tower</a></Empty>
        : <><Strip reading={overview} still /><Steering c={c} /></>}
    </div>
  );
}
