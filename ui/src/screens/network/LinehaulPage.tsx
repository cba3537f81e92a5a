// Linehaul: what leaves when, and how full?
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { arrives, kindOf, type DepartureKind } from "../../lib/centers";
import { count, dayOf, dayStart, dayWord, hm, lasting, money } from "../../lib/format";
import { stepped } from "../../lib/rows";
import { Status } from "../../parts/Glyph";
import { Icon } from "../../parts/Icon";
import { Age, Empty, Panel } from "../../parts/States";
import { VirtualList } from "../../parts/VirtualList";
import { useKeys } from "../../state/keyboard";
import { network, now, offset } from "../../state/live";
import { useRead } from "../../state/read";
import { tune, view } from "../../state/view";
import type { Departure, Linehaul } from "../../types";

const KINDS: DepartureKind[] = ["to leave", "under way", "done", "cancelled"];
const site = (n: number): string => network.value?.sites[n]?.name ?? "–";

function when(d: Departure): JSX.Element {
  const o = offset.value, kind = kindOf(d);
  if (kind === "cancelled") return <s class="quiet">{hm(d.depart_s, o)}</s>;
  if (d.left_s < 0) return <b>{hm(d.depart_s, o)}</b>;
  return <span title={`timetable ${hm(d.depart_s, o)}`}><b>{hm(d.left_s, o)}</b>{d.left_s - d.depart_s > 60 && <small class="quiet"> +{Math.round((d.left_s - d.depart_s) / 60)}</small>}</span>;
}

function Row({ d, chosen, pick }: { d: Departure; chosen: boolean; pick: () => void }): JSX.Element {
  const o = offset.value, full = Math.round(d.fill_pm / 10), kind = kindOf(d);
  const soon = kind === "to leave" && d.depart_s - now.value < 3600;
  return (
    <div class={`line ${chosen ? "chosen" : ""} ${kind === "done" || kind === "cancelled" ? "over" : ""}`} onClick={pick}>
      <Status tone={d.tone} {...(kind === "cancelled" ? { word: "cancelled" } : kind === "done" ? { word: "arrived" } : {})} />
      <span>{when(d)}</span>
      <span class={soon ? "" : "quiet"}>{kind === "to leave" ? (d.depart_s >= now.value ? `in ${lasting(d.depart_s - now.value)}` : `${lasting(now.value - d.depart_s)} ago`) : kind === "under way" ? "under way" : ""}</span>
      <span><b>{site(d.origin)}</b> <span class="quiet">to</span> <b>{site(d.dest)}</b></span>
      <span class="quiet" title={d.truck}>{d.truck || "–"}</span>
      <span class="num">{d.packages > 0 ? count(d.packages) : d.waiting === 0 ? "–" : ""}{d.waiting > 0 && <span class="quiet" title="packages that wait for it">{d.packages > 0 ? " + " : ""}{count(d.waiting)} wait</span>}</span>
      <span class="filled">{kind === "cancelled" ? <span class="quiet">nothing to bring</span> : <><i class="meter"><i style={{ width: `${Math.min(100, full)}%` }} /></i>{full} %</>}</span>
      <span class="num" title={`timetable ${hm(d.arrive_s, o)}`}>{kind === "cancelled" ? "–" : hm(arrives(d), o)}</span>
      <span class={d.tone === "late" && d.late_s > 60 ? "num bad" : "num quiet"}>{d.late_s > 60 ? lasting(d.late_s) : "–"}</span>
      <span class="num">{d.cost_c > 0 ? money(d.cost_c, network.value?.currency ?? "USD") : "–"}</span>
    </div>
  );
}

const HEADS = ["status", "leaves", "", "lane", "truck", "packages", "fill", "arrives", "behind", "cost"];

export function LinehaulPage(): JSX.Element {
  const q = view.value.query, today = dayOf(now.value, offset.value), day = q["day"] === undefined ? today : Number(q["day"]);
  const reading = useRead<Linehaul>("linehaul", { day: q["day"] }, 3000).value;
  const row = useSignal(-1);
  const from = q["from"] === undefined ? -1 : Number(q["from"]);
  const all = reading.data?.departures ?? [];
  const here = from < 0 ? all : all.filter((d) => d.origin === from);
  const shown = here.filter((d) => !q["kind"] || kindOf(d) === q["kind"]);
  const origins = [...new Set(all.map((d) => d.origin))].sort((a, b) => a - b);
  const go = (to: number): void => tune({ day: to === today ? undefined : to });
  const move = (by: number) => (): void => void (row.value = stepped(row.value, by, shown.length));
  // where the day stands is shown once; then the list stays where it was scrolled to
  const start = useRef(-1), next = shown.findIndex((d) => kindOf(d) === "to leave");
  if (start.current < 0 && next >= 0) start.current = Math.min(shown.length - 1, next + 8);
  useKeys({ next: move(1), previous: move(-1), out: () => tune({ kind: undefined, from: undefined, day: undefined }) });
  return (
    <div class="page list-page">
      <header class="page-head">
        <h1>Linehaul</h1>
        <div class="day"><button class="plain" aria-label="A day earlier" onClick={() => go(day - 1)}><Icon name="back" size={16} /></button><b>{dayWord(dayStart(day * 86400 - offset.value, offset.value) + 43200, offset.value)}</b><button class="plain" aria-label="A day later" onClick={() => go(day + 1)}><Icon name="on" size={16} /></button></div>
        <div class="chips" role="group" aria-label="Departures">
          <button aria-pressed={!q["kind"]} onClick={() => tune({ kind: undefined })}>all <span class="quiet">{here.length}</span></button>
          {KINDS.map((k) => <button key={k} aria-pressed={q["kind"] === k} onClick={() => tune({ kind: q["kind"] === k ? undefined : k })}>{k} <span class="quiet">{here.filter((d) => kindOf(d) === k).length}</span></button>)}
        </div>
        <label class="pick"><span>from</span> <select aria-label="from" value={from} onChange={(e) => tune({ from: e.currentTarget.value === "-1" ? undefined : e.currentTarget.value })}><option value={-1}>everywhere</option>{origins.map((o) => <option key={o} value={o}>{site(o)}</option>)}</select></label>
        <Age seen_ms={reading.seen_ms} error={reading.error} />
      </header>
      <div class="table departures">
        <div class="table-head" aria-hidden="true">{HEADS.map((h, i) => <span key={i} class={[5, 7, 8, 9].includes(i) ? "num" : ""}>{h}</span>)}</div>
        <Panel reading={reading} rows={14}>
          {() => shown.length === 0 ? <Empty title={all.length ? "None of these" : "No departures on this day"}>{all.length ? "" : "The timetable has none, or it has not been planned yet."}</Empty>
            : <VirtualList items={shown} rowHeight={36} id={(d) => d.trip} label="Departures" active={row.value >= 0 ? row.value : Math.min(start.current, shown.length - 1)} row={(d, i) => <Row d={d} chosen={i === row.value} pick={() => (row.value = i)} />} />}
        </Panel>
      </div>
    </div>
  );
}
