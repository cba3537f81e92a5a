// The runs of a station with their doors in order: what is dropped on a run goes where it costs least, between doors there.
import type { JSX } from "preact";
import { fill, keyOf, locked, onRoad, openDoors, placeAt, toggled, type Row } from "../../lib/board";
import { count, grams, hm, lasting, litres, metres, money, span, words } from "../../lib/format";
import { Mark } from "../../parts/Glyph";
import { Icon } from "../../parts/Icon";
import { Tree } from "../../parts/Tree";
import { chosen, opened, sending, told } from "../../state/board";
import { may, network, now, offset } from "../../state/live";
import { at } from "../../state/view";
import type { Board, Door, RunDetail } from "../../types";
import { assign, cursor, dragged, over, pane, pick, stand } from "./hands";

export interface Asks { run: (x: number, y: number, run: RunDetail) => void; door: (x: number, y: number, run: RunDetail, door: Door) => void }

interface Props { board: Board; rows: readonly Row[]; run: number; choose: (run: number) => void; past: { value: ReadonlySet<number> }; asks: Asks; again: () => void }

const cash = (c: number): string => money(c, network.value?.currency ?? "USD");

function Meter({ name, share, title }: { name: string; share: number; title: string }): JSX.Element {
  return <span class="load" title={title}>{name}<i class="meter"><i class={share > 100 ? "over" : ""} style={{ width: `${Math.min(100, Math.max(0, share))}%` }} /></i>{share < 0 ? "–" : `${share} %`}</span>;
}

function state(run: RunDetail): string {
  const b = run.bar, done = run.doors.length - openDoors(run).length;
  if (b.status === "planned") return `leaves ${hm(b.depart_s, offset.value)}, back ${hm(b.back_s, offset.value)}`;
  if (b.status === "broken") return `broken down, ${done} of ${run.doors.length} done`;
  return `${done} of ${run.doors.length}${b.shift_s > 120 ? `, ${lasting(b.shift_s)} behind` : ""}, back ${hm(b.back_s + Math.max(0, b.shift_s), offset.value)}`;
}

/** A row that takes what is dragged over it. */
function taker(props: Props, run: RunDetail, key: string, door?: Door): Record<string, (e: DragEvent) => void> {
  const spot = (e: DragEvent): "in" | "before" | "after" => {
    if (!door) return "in";
    const box = (e.currentTarget as HTMLElement).getBoundingClientRect();
    return e.clientY < box.top + box.height / 2 ? "before" : "after";
  };
  return {
    onDragOver: (e) => {
      if (dragged.value.size === 0) return;
      e.preventDefault();
      e.stopPropagation();
      const where = spot(e);
      if (over.value?.key !== key || over.value.where !== where) over.value = { key, where };
    },
    onDrop: (e) => {
      e.preventDefault();
      e.stopPropagation();
      const packages = [...dragged.value], where = spot(e);
      const place = door ? placeAt(run, door, where === "after", dragged.value) : -1;
      over.value = null;
      dragged.value = new Set();
      if (packages.length) void assign(props.board, packages, run.bar.run, run.bar.name, place, props.again);
    },
  };
}

function RunRow({ props, run }: { props: Props; run: RunDetail }): JSX.Element {
  const b = run.bar, key = `r${b.run}`, isOpen = opened.value.has(b.run);
  const left = openDoors(run), all = left.flatMap((d) => d.packages), mine = all.filter((p) => chosen.value.has(p)).length;
  const here = pane.value === "runs" && cursor.value.runs === key, takes = over.value?.key === key;
  const flip = (): void => {
    const next = new Set(opened.value);
    isOpen ? next.delete(b.run) : next.add(b.run);
    opened.value = next;
  };
  return (
    <div class={`run-row ${props.run === b.run ? "chosen" : ""} ${here ? "here" : ""} ${takes ? "takes" : ""}`} aria-current={here ? "true" : undefined} {...taker(props, run, key)}
      onClick={() => { stand("runs", key); props.choose(b.run); }} onContextMenu={(e) => { e.preventDefault(); stand("runs", key); props.asks.run(e.clientX, e.clientY, run); }}>
      <button class={isOpen ? "plain fold open" : "plain fold"} aria-expanded={isOpen} aria-label={`Doors of ${b.name}`} onClick={(e) => { e.stopPropagation(); stand("runs", key); flip(); }}><Icon name="on" size={16} /></button>
      <div class="who"><Mark tone={b.tone} size={12} /><b>{b.name}</b>{locked(run) && <span class="lock" title="locked against optimising"><Icon name="lock" size={14} /><span class="sr">locked</span></span>}{mine > 0 && <span class="tag on">{mine} selected</span>}</div>
      <span class="counts">{count(left.length)} {left.length === 1 ? "door" : "doors"}{b.late > 0 && <em class="bad">, {count(b.late)} late</em>}</span>
      <button class="plain" aria-label={`Actions for ${b.name}`} aria-haspopup="menu" onClick={(e) => { e.stopPropagation(); stand("runs", key); const r = e.currentTarget.getBoundingClientRect(); props.asks.run(r.left, r.bottom + 2, run); }}><Icon name="more" size={16} /></button>
      <div class="more">
        <span>{state(run)}</span>
        <Meter name="room" share={fill(run.volume_ml, run.room_ml)} title={`${litres(run.volume_ml)} of ${litres(run.room_ml)} that parcels can fill`} />
        <Meter name="load" share={fill(run.weight_g, run.room_g)} title={`${grams(run.weight_g)} of ${grams(run.room_g)}`} />
        <span class="far">{metres(run.dist_m)}</span><span class="far" title={cash(run.cost_c)}>{money(run.cost_c, network.value?.currency ?? "USD", true)}</span>
      </div>
    </div>
  );
}

function DoorRow({ props, run, door, n, keys }: { props: Props; run: RunDetail; door: Door; n: number; keys: readonly string[] }): JSX.Element {
  const key = keyOf(door), done = door.done_s >= 0, mine = door.packages.some((p) => chosen.value.has(p));
  const here = pane.value === "runs" && cursor.value.runs === key, spot = over.value?.key === key ? `drop-${over.value.where}` : "";
  const says = door.packages.map((p) => told.value.get(p)).find(Boolean), busy = door.packages.some((p) => sending.value.has(p));
  const late = door.eta_hi_s > door.due_s && door.due_s >= 0;
  const packagesOf = (k: string): readonly number[] => props.rows.find((r) => r.kind === "door" && r.key === k && r.place >= 0 ? r : undefined)?.run.doors.find((d) => keyOf(d) === k)?.packages ?? [];
  return (
    <div class={`door-row ${done ? "done" : ""} ${mine ? "picked" : ""} ${here ? "here" : ""} ${spot}`} aria-current={here ? "true" : undefined} draggable={!done && at.value === undefined && may("PLANS_WRITE")}
      {...(done ? {} : taker(props, run, key, door))}
      onClick={(e) => pick(e, "runs", keys, key, packagesOf)} onContextMenu={(e) => { e.preventDefault(); stand("runs", key); if (!done) props.asks.door(e.clientX, e.clientY, run, door); }}
      onDragStart={(e) => { dragged.value = mine ? chosen.value : new Set(door.packages); e.dataTransfer!.effectAllowed = "move"; e.dataTransfer!.setData("text/plain", door.packages.join()); }}
      onDragEnd={() => { dragged.value = new Set(); over.value = null; }}>
      <input type="checkbox" aria-label={`Select door ${n}`} checked={mine} disabled={done} tabIndex={-1} onClick={(e) => { e.stopPropagation(); stand("runs", key); chosen.value = toggled(chosen.value, door.packages); }} />
      <span class="seq">{n}</span>
      <Mark tone={door.tone} size={10} />
      <span class="what"><b>{door.packages[0]}</b>{door.packages.length > 1 && <span class="quiet" title={door.packages.join(", ")}> +{door.packages.length - 1}</span>}</span>
      <span class="when" title={`planned ${hm(door.plan_s, offset.value)}, ${lasting(door.service_s)} at the door, ${metres(door.leg_m)} from the last`}>
        {done ? <>{hm(door.done_s, offset.value)} <span class="quiet">{words(door.outcome)}</span></> : <span class={late ? "bad" : ""}>{onRoad(run) && door.eta_hi_s >= 0 ? <span class="guess">{hm(door.eta_lo_s, offset.value)}–{hm(door.eta_hi_s, offset.value)}</span> : hm(door.plan_s, offset.value)}</span>}
      </span>
      <span class="due">{busy ? <em class="said">sending…</em> : says ? <em class={says.bad ? "said bad" : "said good"}>{says.says}</em> : span(door.due_lo_s, door.due_s, now.value, offset.value)}</span>
      {door.locked ? <span class="lock" title="locked in its place"><Icon name="lock" size={14} /><span class="sr">locked</span></span> : <span />}
      {done ? <span /> : <button class="plain" aria-label={`Actions for door ${n}`} aria-haspopup="menu" onClick={(e) => { e.stopPropagation(); stand("runs", key); const r = e.currentTarget.getBoundingClientRect(); props.asks.door(r.left, r.bottom + 2, run, door); }}><Icon name="more" size={16} /></button>}
    </div>
  );
}

export function RunRows(props: Props): JSX.Element {
  const keys = props.rows.filter((r) => r.kind === "door").map((r) => r.key);
  return (
    <Tree rows={props.rows} label="Runs and their doors" active={cursor.value.runs} row={(row) => {
      if (row.kind === "run") return <RunRow props={props} run={row.run} />;
      if (row.kind === "door") return <DoorRow props={props} run={row.run} door={row.door} n={row.n} keys={keys} />;
      const n = row.run.bar.run;
      return (
        <button class="done-row" aria-expanded={row.shown} onClick={() => (props.past.value = toggled(props.past.value, [n]))}>
          <Mark tone="done" label="" size={11} />{count(row.count)} {row.count === 1 ? "door" : "doors"} visited<span class="link">{row.shown ? "hide" : "show"}</span>
        </button>
      );
    }} />
  );
}
