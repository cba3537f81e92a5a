// The map panel: loads the map's code when first shown, feeds it, and offers the same things as a table.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { filterOf } from "../../lib/filters";
import { hm, lasting, words } from "../../lib/format";
import type { LiveMap } from "../../map/live-map";
import { Status } from "../../parts/Glyph";
import { Icon } from "../../parts/Icon";
import { Age } from "../../parts/States";
import { useKeys } from "../../state/keyboard";
import { network, now, offset } from "../../state/live";
import { positions, positionsError, positionsSeen, usePositions } from "../../state/positions";
import { token, worn } from "../../state/theme";
import { tune, view } from "../../state/view";
import { toneOf } from "../../lib/tone";
import type { ExceptionShape, RunBar, RunDetail, StageShape, Tone } from "../../types";
import { Stages } from "./Stages";
import { TableTwin } from "./TableTwin";

interface Props { run: RunDetail | null; runs: readonly RunBar[]; alerts: readonly ExceptionShape[]; cursor: ExceptionShape | undefined; chosen: string; choose: (id: string) => void; stages: readonly StageShape[] }

const LEGEND: Tone[] = ["on_time", "at_risk", "late", "silent"];

export function MapPanel({ run, runs, alerts, cursor, chosen, choose, stages }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null), map = useRef<LiveMap | null>(null);
  const ready = useSignal(0), failed = useSignal("");
  const over = useSignal<{ x: number; y: number; id: string } | null>(null);
  const table = view.value.query["view"] === "table";
  const filter = filterOf(view.value.query["f"]);
  usePositions();
  useKeys({ map: () => tune({ view: table ? undefined : "table" }) });

  useEffect(() => {
    const net = network.value;
    if (table || !net || !box.current) return undefined;
    let closed = false;
    import("../../map/live-map")
      .then((code) => {
        if (closed || !box.current) return;
        map.current = new code.LiveMap(box.current, net, token, { pick: choose, site: (s) => tune({ site: s }), hover: (h) => (over.value = h) });
        ready.value++;
      })
      .catch((error: unknown) => (failed.value = String(error)));
    const watch = new ResizeObserver(() => map.current?.resize());
    watch.observe(box.current);
    return () => {
      closed = true;
      watch.disconnect();
      map.current?.close();
      map.current = null;
    };
  }, [table, network.value]);

  const on = ready.value;
  useEffect(() => { if (on) map.current?.restyle(); }, [worn.value]);
  useEffect(() => { if (positions.value) map.current?.setPositions(positions.value); }, [on, positions.value]);
  useEffect(() => map.current?.setShows((m) => !filter || filter.tone(m.tone)), [on, view.value.query["f"]]);
  useEffect(() => map.current?.setChosen(chosen), [on, chosen]);
  useEffect(() => map.current?.setAlerts(alerts, cursor?.id ?? ""), [on, alerts, cursor?.id]);
  useEffect(() => map.current?.setRun(run), [on, run]);
  useEffect(() => { if (run) map.current?.fit(run); }, [on, run?.bar.run]);
  useEffect(() => { if (cursor && cursor.about !== "run" && (cursor.lat || cursor.lon)) map.current?.flyTo(cursor.lon, cursor.lat); }, [on, cursor?.id]);

  const shows = (tone: Tone): boolean => !filter || filter.tone(tone);
  const seen = positions.value;
  const site = network.value?.sites[Number(view.value.query["site"] ?? -1)];
  return (
    <section class="map-panel" aria-labelledby="map-title">
      <header class="head float">
        <h2 id="map-title" class="sr">Map</h2>
        <span class="n">{seen ? `${seen.id.filter((_, i) => shows(seen.tone[i]!)).length} moving` : ""}</span>
        <Age seen_ms={positionsSeen.value} error={positionsError.value} />
        <div class="seg" role="group" aria-label="Map or table">
          <button aria-pressed={!table} onClick={() => tune({ view: undefined })}><Icon name="map" size={16} />Map</button>
          <button aria-pressed={table} onClick={() => tune({ view: "table" })}><Icon name="table" size={16} />Table</button>
        </div>
      </header>
      {table ? <TableTwin seen={seen} runs={runs} shows={shows} chosen={chosen} choose={choose} /> : (
        <>
          <div class="map" ref={box} data-ready={on || undefined} />
          {!on && !failed.value && <div class="map-wait" role="status">Loading the map…</div>}
          {failed.value && <div class="failure map-wait" role="alert"><b>The map cannot be shown here</b><p>{failed.value}</p><button class="button" onClick={() => tune({ view: "table" })}>Show the table</button></div>}
          <div class="map-tools">
            <button aria-label="Zoom in" onClick={() => map.current?.zoom(1)}><Icon name="plus" size={16} /></button>
            <button aria-label="Zoom out" onClick={() => map.current?.zoom(-1)}><Icon name="minus" size={16} /></button>
            <button aria-label="Whole network" onClick={() => map.current?.fit()}><Icon name="fit" size={16} /></button>
          </div>
          <div class="legend" aria-hidden="true">{LEGEND.map((t) => <Status key={t} tone={t} />)}</div>
          {over.value && <Hover at={over.value} runs={runs} />}
          {!run && !site && stages.length > 0 && <Stages stages={stages} />}
        </>
      )}
      {run && <RunCard run={run} close={() => choose("")} />}
      {!run && site && <div class="card"><header><b>{site.name}</b><button class="plain" aria-label="Close" onClick={() => tune({ site: undefined })}><Icon name="close" size={16} /></button></header><p>{words(site.kind)}, {site.capacity} {site.kind === "locker" ? "cells" : "packages a day"}</p></div>}
    </section>
  );
}

function Hover({ at, runs }: { at: { x: number; y: number; id: string }; runs: readonly RunBar[] }): JSX.Element | null {
  const seen = positions.value, i = seen?.id.indexOf(at.id) ?? -1;
  if (!seen || i < 0) return null;
  const bar = runs.find((b) => `r${b.run}` === at.id);
  return (
    <div class="hover" style={{ left: `${at.x + 14}px`, top: `${at.y + 14}px` }}>
      <b>{bar?.name ?? at.id.toUpperCase()}</b> {words(seen.kind[i]!)}
      <div><Status tone={seen.tone[i]!} word={bar && bar.shift_s > 120 ? `${lasting(bar.shift_s)} behind` : toneOf(seen.tone[i]!).word} /></div>
      <small>{seen.estimated[i] ? "estimated, last heard" : "heard"} {lasting(seen.age_s[i]!)} ago</small>
    </div>
  );
}

/** The chosen run beside the map. */
function RunCard({ run, close }: { run: RunDetail; close: () => void }): JSX.Element {
  const b = run.bar, done = b.done_s.filter((t) => t >= 0).length;
  const home = network.value?.sites[b.station]?.name ?? "";
  const full = run.room_ml > 0 ? Math.round((100 * run.volume_ml) / run.room_ml) : -1;
  return (
    <aside class="card" aria-label={`Run ${b.name}`}>
      <header><b>{b.name}</b><button class="plain" aria-label="Close" onClick={close}><Icon name="close" size={16} /></button></header>
      <p class="quiet">run {b.run} from {home}</p>
      <Status tone={b.tone} word={b.late ? `${b.late} ${b.late === 1 ? "door" : "doors"} late` : b.shift_s > 120 && b.status !== "done" ? `${lasting(b.shift_s)} behind plan` : undefined} />
      <dl>
        <div><dt>doors</dt><dd>{done} of {b.plan_s.length}</dd></div>
        <div><dt>packages</dt><dd>{b.delivered} of {b.packages}</dd></div>
        {b.next_s >= 0 && <div><dt>next door</dt><dd>{hm(b.next_s, offset.value)}, {b.next_s >= now.value ? `in ${lasting(b.next_s - now.value)}` : "due"}</dd></div>}
        <div><dt>back</dt><dd>{hm(b.ended_s >= 0 ? b.ended_s : b.back_s + Math.max(0, b.shift_s), offset.value)}</dd></div>
        {full >= 0 && <div><dt>loaded</dt><dd>{full} %</dd></div>}
      </dl>
    </aside>
  );
}
