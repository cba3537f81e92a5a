// Routes against time: one row a run, a now line, doors as circles.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { hm, lasting, words } from "../../lib/format";
import { around, ordered, type Axis } from "../../lib/gantt";
import { filterOf } from "../../lib/filters";
import { Mark } from "../../parts/Glyph";
import { Age, Empty, Panel } from "../../parts/States";
import { VirtualList } from "../../parts/VirtualList";
import { now, offset } from "../../state/live";
import type { Reading } from "../../state/read";
import { token, worn } from "../../state/theme";
import { tune, view } from "../../state/view";
import type { RunBar, Runs } from "../../types";
import { paint } from "./gantt-paint";

const ROW = 28, HEAD = 26;
/** Width of the names: the told part goes first where there is little room. */
const namesOf = (width: number): number => (width < 560 ? 132 : width < 800 ? 240 : 316);
const SPANS = [4, 8, 16];

interface Props { reading: Reading<Runs>; chosen: number; choose: (run: number) => void }

export function visibleRuns(all: readonly RunBar[]): RunBar[] {
  const filter = filterOf(view.value.query["f"]);
  return ordered(filter ? all.filter(filter.run) : all);
}

function told(bar: RunBar): string {
  const doors = bar.plan_s.length, done = bar.done_s.filter((t) => t >= 0).length;
  if (bar.status === "planned") return `leaves ${hm(bar.depart_s, offset.value)}`;
  if (bar.status === "done") return bar.failed ? `back, ${bar.failed} not delivered` : "back";
  const late = bar.shift_s > 120 ? `, ${lasting(bar.shift_s)} late` : "";
  return `${done}/${doors}${late}`;
}

function Name({ bar, chosen, choose }: { bar: RunBar; chosen: boolean; choose: () => void }): JSX.Element {
  return (
    <button class={chosen ? "run-name chosen" : "run-name"} onClick={choose} aria-pressed={chosen} title={`${bar.name}, run ${bar.run}: ${bar.packages} packages, ${words(bar.way)}`}>
      <Mark tone={bar.tone} size={11} />
      <b>{bar.name}</b>
      <span>{told(bar)}</span>
    </button>
  );
}

function Chart({ rows, axisFor, chosen, choose, live }: { rows: RunBar[]; axisFor: (width: number) => Axis; chosen: number; choose: (run: number) => void; live: boolean }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null), box = useRef<HTMLDivElement>(null);
  const size = useSignal({ names: 240, width: 0, height: 0 });
  const top = useSignal(0), hover = useSignal(-1);
  useLayoutEffect(() => {
    const el = box.current!;
    const look = (): void => void (size.value = { names: namesOf(el.clientWidth), width: el.clientWidth - namesOf(el.clientWidth), height: el.clientHeight });
    look();
    const watch = new ResizeObserver(look);
    watch.observe(el);
    return () => watch.disconnect();
  }, []);
  const { names, width, height } = size.value;
  useEffect(() => {
    if (!canvas.current || width < 20 || worn.value === undefined) return;
    paint(canvas.current, {
      axis: axisFor(width), rows, top: top.value, height, rowHeight: ROW, head: HEAD,
      now_s: now.value, offset_s: offset.value, live, chosen, hover: hover.value, ink: token,
    });
  }, [rows, width, height, top.value, hover.value, now.value, chosen, live, axisFor, worn.value]);
  const rowAt = (event: MouseEvent): RunBar | undefined =>
    rows[Math.floor((event.offsetY - HEAD + top.value) / ROW)];
  return (
    <div class="chart" ref={box}>
      <div class="names" style={{ width: `${names}px`, top: `${HEAD}px` }}>
        <VirtualList items={rows} rowHeight={ROW} id={(b) => b.run} label="Routes" active={rows.findIndex((b) => b.run === chosen)} onScroll={(t) => (top.value = t)}
          row={(b) => <Name bar={b} chosen={b.run === chosen} choose={() => choose(b.run)} />} />
      </div>
      <canvas ref={canvas} aria-hidden="true" style={{ left: `${names}px`, width: `${Math.max(0, width)}px`, height: `${height}px` }}
        onMouseMove={(e) => (hover.value = rowAt(e)?.run ?? -1)} onMouseLeave={() => (hover.value = -1)}
        onWheel={(e) => { const list = box.current?.querySelector(".rows"); if (list) { list.scrollTop += e.deltaY; e.preventDefault(); } }}
        onClick={(e) => { const bar = rowAt(e); if (bar) choose(bar.run); }} />
    </div>
  );
}

export function Gantt({ reading, chosen, choose }: Props): JSX.Element {
  const hours = SPANS.includes(Number(view.value.query["h"])) ? Number(view.value.query["h"]) : 8;
  const live = view.value.query["mode"] !== "plan";
  const rows = reading.data ? visibleRuns(reading.data.runs) : [];
  const out = reading.data?.runs.filter((r) => r.status === "left").length ?? 0;
  const axisFor = (width: number): Axis => around(now.value, hours, width);
  return (
    <section class="gantt" aria-labelledby="gantt-title">
      <header class="head">
        <h2 id="gantt-title">Routes <span class="n">{reading.data ? `${out} out of ${reading.data.runs.length}` : ""}</span></h2>
        <Age seen_ms={reading.seen_ms} error={reading.error} />
        <div class="seg" role="group" aria-label="Plan or live">
          <button aria-pressed={!live} onClick={() => tune({ mode: "plan" })}>Plan</button>
          <button aria-pressed={live} onClick={() => tune({ mode: undefined })}>Live</button>
        </div>
        <div class="seg" role="group" aria-label="Hours shown">
          {SPANS.map((h) => <button key={h} aria-pressed={h === hours} onClick={() => tune({ h: h === 8 ? undefined : h })}>{h} h</button>)}
        </div>
      </header>
      <Panel reading={reading} rows={5} height={ROW}>
        {() => rows.length === 0
          ? <Empty title={view.value.query["f"] ? "No route under this filter" : "No routes today yet"}>{view.value.query["f"] ? "Press the tile again to see all." : "They are planned as packages reach the stations."}</Empty>
          : <Chart rows={rows} axisFor={axisFor} chosen={chosen} choose={choose} live={live} />}
      </Panel>
    </section>
  );
}
