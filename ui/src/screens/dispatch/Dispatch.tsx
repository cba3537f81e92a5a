// The dispatcher's board: who does what?
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { doorOf, inOrder, kept, keyOf, locked, onRoad, openDoors, placeAt, rowsOf, toggled, type Row } from "../../lib/board";
import { stepped } from "../../lib/rows";
import type { Item } from "../../parts/Menu";
import { Menu } from "../../parts/Menu";
import { Icon } from "../../parts/Icon";
import { Age, Panel } from "../../parts/States";
import { chosen, closeOutcome, editOf, opened, outcome, send, sending } from "../../state/board";
import { useKeys } from "../../state/keyboard";
import { may, network } from "../../state/live";
import { discard, offered } from "../../state/plan";
import { useRead } from "../../state/read";
import { at, go, tune, view } from "../../state/view";
import type { Board, Door, RunDetail, Runs, Unassigned } from "../../types";
import { Gantt } from "../tower/Gantt";
import { BoardMap } from "./BoardMap";
import { Assign, Swap } from "./Chooser";
import { assign, cursor, dialog, menu, pane, parted, stand, subject, things } from "./hands";
import { Optimise } from "./Optimise";
import { OutcomePanel } from "./Outcome";
import { Pool, shownPool } from "./Pool";
import { ProposalPanel } from "./Proposal";
import { RunRows } from "./RunRows";
import { StartAt, Vehicles } from "./Vehicles";

const TABS = [["runs", "Runs"], ["pool", "Pool"], ["map", "Map"], ["routes", "Timeline"]] as const;
const past = (): boolean => at.value !== undefined;

/** Packages of the row that the keyboard stands on. */
function underCursor(rows: readonly Row[]): number[] {
  const key = cursor.value[pane.value];
  if (pane.value === "pool") return key ? [Number(key.slice(1))] : [];
  const row = rows.find((r) => r.key === key);
  return row?.kind === "door" && row.place >= 0 ? row.door.packages : [];
}

const lock = (packages: number[], runs: number[], on: boolean, what: string, again: () => void): void =>
  void send(editOf("lock", { packages, runs, on }, `${on ? "Lock" : "Unlock"} ${what}`, packages), again);

function takeOff(board: Board, packages: readonly number[], again: () => void): void {
  const { aboard } = parted(board, packages);
  if (aboard.length) void send(editOf("take_off", { packages: aboard }, `Take ${things(aboard.length)} off`, aboard), again);
}

function rechoose(board: Board, packages: readonly number[], again: () => void): void {
  const { pool } = parted(board, packages);
  if (pool.length) void send(editOf("rechoose", { packages: pool }, `Choose another way for ${things(pool.length)}`, pool), again);
}

/** A door one place earlier or later in its run. */
function nudge(board: Board, run: RunDetail, door: Door, by: number, again: () => void): void {
  const place = placeAt(run, door, false, new Set(door.packages)) + by;
  void assign(board, door.packages, run.bar.run, run.bar.name, place, again);
}

function doorItems(board: Board, run: RunDetail, door: Door, again: () => void): (Item | null)[] {
  const all = subject(door.packages), one = all.length === door.packages.length, i = openDoors(run).indexOf(door), last = openDoors(run).length - 1;
  const locks = !door.locked;
  return [
    { label: one ? "Assign to…" : `Assign ${all.length} selected to…`, key: "a", run: () => (dialog.value = { kind: "assign", packages: all }) },
    { label: "One place earlier", off: i <= (onRoad(run) ? 1 : 0) ? "it is the first that can be moved" : undefined, run: () => nudge(board, run, door, -1, again) },
    { label: "One place later", off: i >= last ? "it is the last" : undefined, run: () => nudge(board, run, door, 1, again) },
    { label: "Back to the pool", off: onRoad(run) ? "it is aboard" : undefined, run: () => takeOff(board, all, again) },
    null,
    { label: locks ? "Lock in its place" : "Unlock", key: "l", run: () => lock(all, [], locks, things(all.length), again) },
    { needs: "PLANS_OWN", label: "Optimise this run…", key: "o", off: onRoad(run) ? "it has left" : undefined, run: () => (dialog.value = { kind: "optimise", runs: [run.bar.run] }) },
    null,
    { needs: "", label: chosen.value.has(door.packages[0]!) ? "Deselect" : "Select", key: "x", run: () => (chosen.value = toggled(chosen.value, door.packages)) },
    { needs: "", label: `Open package ${door.packages[0]}`, run: () => go(`/packages/${door.packages[0]}`) },
  ];
}

function runItems(run: RunDetail, again: () => void): (Item | null)[] {
  const b = run.bar, gone = onRoad(run) ? "it has left" : undefined, held = locked(run), all = openDoors(run).flatMap((d) => d.packages);
  return [
    { needs: "PLANS_OWN", label: "Optimise…", key: "o", off: gone, run: () => (dialog.value = { kind: "optimise", runs: [b.run] }) },
    { label: held ? "Unlock the run" : "Lock the run", key: "l", run: () => lock([], [b.run], !held, b.name, again) },
    { label: "Other departure…", off: gone, run: () => (dialog.value = { kind: "start", run: b.run }) },
    { label: "Exchange vehicles with…", off: gone ?? (b.vehicle < 0 ? "a gig driver's own" : undefined), run: () => (dialog.value = { kind: "swap", run: b.run }) },
    { label: "Vehicle out of service, release all", danger: true, off: gone ?? (b.vehicle < 0 ? "a gig driver's own" : undefined), run: () => void send(editOf("service", { vehicle: b.vehicle, out: true, release: true }, `${b.name} out of service`), again) },
    null,
    { needs: "", label: "Select all its doors", key: "x", run: () => (chosen.value = toggled(chosen.value, all)) },
    { label: "Assign all its doors to…", key: "a", off: gone, run: () => (dialog.value = { kind: "assign", packages: all }) },
  ];
}

function poolItems(board: Board, u: Unassigned, again: () => void): (Item | null)[] {
  const all = subject([u.package]), what = all.length > 1 ? `${all.length} selected ` : "";
  return [
    { label: `Assign ${what}to…`, key: "a", run: () => (dialog.value = { kind: "assign", packages: all }) },
    { label: `Put ${what}where it costs least`, run: () => void assign(board, all, -1, "whichever costs least", -1, again) },
    { label: "Choose another way", run: () => rechoose(board, all, again) },
    null,
    { needs: "", label: chosen.value.has(u.package) ? "Deselect" : "Select", key: "x", run: () => (chosen.value = toggled(chosen.value, [u.package])) },
    { needs: "", label: `Open package ${u.package}`, run: () => go(`/packages/${u.package}`) },
  ];
}

function Dialogs({ board, again }: { board: Board; again: () => void }): JSX.Element | null {
  const d = dialog.value, close = (): void => { dialog.value = null; tune({ optimise: undefined }); };
  if (!d) return null;
  if (d.kind === "assign") return <Assign board={board} packages={d.packages} close={close} again={again} />;
  if (d.kind === "swap") return <Swap board={board} run={d.run} close={close} again={again} />;
  if (d.kind === "start") return <StartAt board={board} run={d.run} close={close} again={again} />;
  if (d.kind === "optimise") return <Optimise board={board} first={d.runs} close={close} />;
  return <Vehicles board={board} close={close} again={again} />;
}

/** What can be done with what is selected; without a selection, the keys. */
function Hands({ board, act }: { board: Board; act: Acts }): JSX.Element {
  const n = chosen.value.size;
  if (!may("PLANS_WRITE")) return <footer class="hands quiet"><span><kbd>j</kbd> <kbd>k</kbd> move</span>{may("PLANS_OWN") && <span><kbd>o</kbd> optimise</span>}<span>What runs carry is the dispatcher's to change</span></footer>;
  if (n === 0) return <footer class="hands quiet"><span><kbd>j</kbd> <kbd>k</kbd> move</span><span><kbd>x</kbd> select</span><span><kbd>a</kbd> assign</span><span><kbd>l</kbd> lock</span><span><kbd>o</kbd> optimise</span><span><kbd>u</kbd> undo</span><span><kbd>p</kbd> pool</span></footer>;
  const { pool, aboard } = parted(board, [...chosen.value]);
  const yard = aboard.filter((p) => { const of = doorOf(board.runs, p); return of && !onRoad(of.run); });
  return (
    <footer class="hands on">
      <b>{things(n)} selected</b>
      <button class="button" onClick={act.assign}>Assign… <kbd>a</kbd></button>
      {yard.length > 0 && <button class="button" onClick={() => takeOff(board, yard, act.again)}>{yard.length < aboard.length ? `${yard.length} to the pool` : "To the pool"}</button>}
      {aboard.length > 0 && <button class="button" onClick={act.lock}>Lock <kbd>l</kbd></button>}
      <button class="button" onClick={act.optimise}>Optimise… <kbd>o</kbd></button>
      {pool.length > 0 && aboard.length === 0 && <button class="button" onClick={() => rechoose(board, pool, act.again)}>Other way</button>}
      <button class="link" onClick={() => (chosen.value = new Set())}>Clear <kbd>Esc</kbd></button>
    </footer>
  );
}

interface Acts { assign: () => void; lock: () => void; optimise: () => void; undo: () => void; redo: () => void; again: () => void }

/** The verbs of keys and buttons, on what is selected or what the cursor stands on. */
function actsOf(board: Board, rows: readonly Row[], again: () => void): Acts {
  const row = (): Row | undefined => rows.find((r) => r.key === cursor.value.runs);
  return {
    again,
    assign: () => { const packages = subject(underCursor(rows)); if (packages.length) dialog.value = { kind: "assign", packages }; },
    lock: () => {
      const r = row(), mine = parted(board, subject(underCursor(rows))).aboard;
      if (mine.length) lock(mine, [], !mine.every((p) => doorOf(board.runs, p)?.door.locked), things(mine.length), again);
      else if (pane.value === "runs" && r?.kind === "run") lock([], [r.run.bar.run], !locked(r.run), r.run.bar.name, again);
    },
    optimise: () => {
      const of = [...chosen.value].flatMap((p) => doorOf(board.runs, p)?.run.bar.run ?? []), r = pane.value === "runs" ? row() : undefined;
      dialog.value = { kind: "optimise", runs: of.length ? [...new Set(of)] : r && r.kind !== "done" && !onRoad(r.run) ? [r.run.bar.run] : [] };
    },
    undo: () => void send(editOf("undo", { station: board.station }, "Undo the last edit"), again),
    redo: () => void send(editOf("redo", { station: board.station }, "Do it again"), again),
  };
}

function useBoardKeys(board: Board | null, rows: readonly Row[], acts: Acts | null): void {
  const pool = board ? shownPool(board).shown : [];
  const move = (by: number) => (): void => {
    const keys = pane.value === "pool" ? pool.map((u) => `u${u.package}`) : rows.filter((r) => r.kind !== "done").map((r) => r.key);
    const key = keys[stepped(keys.indexOf(cursor.value[pane.value]), by, keys.length)];
    if (key) stand(pane.value, key);
  };
  const enter = (): void => {
    const key = cursor.value[pane.value], row = rows.find((r) => r.key === key);
    if (pane.value === "pool" && key) go(`/packages/${key.slice(1)}`);
    else if (row?.kind === "run") { opened.value = toggled(opened.value, [row.run.bar.run]); tune({ run: row.run.bar.run }); } else if (row?.kind === "door") go(`/packages/${row.door.packages[0]}`);
  };
  const select = (): void => {
    const row = pane.value === "runs" ? rows.find((r) => r.key === cursor.value.runs) : undefined;
    chosen.value = toggled(chosen.value, row?.kind === "run" ? openDoors(row.run).flatMap((d) => d.packages) : underCursor(rows));
  };
  const free = board !== null && acts !== null && dialog.value === null && menu.value === null;
  const act = free && !past() ? acts : null, edit = may("PLANS_WRITE") ? act : null;
  useKeys(!free ? { next: noop, previous: noop, undo: noop } : {
    next: move(1), previous: move(-1), open: enter, select,
    pane: () => { if (!may("NETWORK_READ")) return; pane.value = pane.value === "pool" ? "runs" : "pool"; if (!cursor.value[pane.value]) move(1)(); },
    act: edit?.assign, lock: edit?.lock, optimise: may("PLANS_OWN") ? act?.optimise : undefined, undo: edit?.undo, redo: edit?.redo,
    out: () => { if (offered.value) discard(); else if (outcome.value && outcome.value.state !== "sending") closeOutcome(); else if (chosen.value.size) chosen.value = new Set(); else tune({ run: undefined }); },
  });
}
const noop = (): void => undefined;

export function Dispatch(): JSX.Element {
  const stations = network.value?.sites.filter((s) => s.kind === "station") ?? [];
  const q = view.value.query, asked = Number(q["station"] ?? stations[0]?.site ?? -1);
  const reading = useRead<Board>(asked >= 0 ? "board" : null, { station: asked }, 3000).value;
  const board = reading.data?.station === asked ? reading.data : null;
  const seen = useSignal<ReadonlySet<number>>(new Set());
  const runs = board ? inOrder(board.runs) : [], rows = rowsOf(runs, opened.value, seen.value);
  const run = runs.find((r) => String(r.bar.run) === q["run"]) ?? null;
  const acts = board ? actsOf(board, rows, reading.again) : null;
  useEffect(() => { if (board) chosen.value = kept(chosen.value, board.unassigned, board.runs); }, [board]);
  // an exception of the tower leads here: what it proposes is asked for at once
  useEffect(() => {
    if (!board || q["optimise"] === undefined || dialog.value || past()) return;
    if (q["optimise"] !== "all") tune({ run: q["optimise"] });
    dialog.value = { kind: "optimise", runs: [] };
  }, [board, q["optimise"]]);
  useEffect(() => () => { dialog.value = null; menu.value = null; discard(); closeOutcome(); chosen.value = new Set(); cursor.value = { pool: "", runs: "" }; }, [asked]);
  // an edited run goes on under another number: what was chosen stays chosen
  useEffect(() => {
    const o = outcome.value, into = o?.state === "done" ? o.answer.runs.find((c) => String(c.run) === q["run"])?.into : undefined;
    if (into !== undefined && into >= 0) tune({ run: into });
  }, [outcome.value]);
  useBoardKeys(board, rows, acts);
  const choose = (n: number): void => {
    if (n === run?.bar.run) opened.value = toggled(opened.value, [n]);
    else { opened.value = new Set([...opened.value, n]); tune({ run: n }); }
  };
  const here = underCursor(rows)[0] ?? -1, late = runs.reduce((n, r) => n + r.bar.late, 0);
  const spot = (packages: number[], add: boolean): void => {
    const found = packages.flatMap((p) => (board && doorOf(board.runs, p)?.door.packages) || [p]);
    chosen.value = add ? new Set([...chosen.value, ...found]) : toggled(chosen.value, found);
    const at = board && doorOf(board.runs, packages[0]!);
    if (at) { opened.value = new Set([...opened.value, at.run.bar.run]); stand("runs", keyOf(at.door)); } else stand("pool", `u${packages[0]}`);
  };
  /** Arrows do what j and k do; Ctrl or Cmd with A takes the whole pool as it is filtered, or the run of the cursor. */
  const listKeys = (on: "pool" | "runs") => (e: KeyboardEvent): void => {
    if (!board || (e.target as HTMLElement).tagName === "SELECT") return;
    const keys = on === "pool" ? shownPool(board).shown.map((u) => `u${u.package}`) : rows.filter((r) => r.kind !== "done").map((r) => r.key);
    const row = rows.find((r) => r.key === cursor.value.runs);
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      const key = keys[stepped(keys.indexOf(cursor.value[on]), e.key === "ArrowDown" ? 1 : -1, keys.length)];
      if (key) stand(on, key);
    } else if (on === "runs" && (e.key === "ArrowRight" || e.key === "ArrowLeft") && row) {
      const next = new Set(opened.value), n = row.run.bar.run;
      e.key === "ArrowRight" ? next.add(n) : next.delete(n);
      opened.value = next;
      if (e.key === "ArrowLeft") stand("runs", `r${n}`);
    } else if (e.key === "a" && (e.ctrlKey || e.metaKey)) {
      chosen.value = new Set([...chosen.value, ...(on === "pool" ? shownPool(board).shown.map((u) => u.package) : row ? openDoors(row.run).flatMap((d) => d.packages) : [])]);
    } else return;
    e.preventDefault();
  };
  const ask = (x: number, y: number, title: string, items: (Item | null)[]): void => { if (!past()) menu.value = { x, y, title, items: items.filter((i) => i === null || may(...[i.needs ?? "PLANS_WRITE"].filter(Boolean))) }; };
  const timeline = { ...reading, data: board ? ({ turn: board.turn, now_s: board.now_s, runs: runs.map((r) => r.bar) } satisfies Runs) : null };
  const edits = may("PLANS_WRITE"), own = !may("NETWORK_READ");
  const tab = q["tab"] ?? "runs", busy = sending.value.size > 0 || outcome.value?.state === "sending" || past();
  return (
    <div class="dispatch" data-tab={tab} data-own={own || undefined} data-outcome={outcome.value || offered.value ? "yes" : undefined}>
      <header class="dispatch-head">
        <h1>Dispatch</h1>
        <label class="pick"><span class="sr">Station</span><select value={asked} onChange={(e) => tune({ station: e.currentTarget.value, run: undefined, way: undefined, why: undefined })}>{stations.map((s) => <option key={s.site} value={s.site}>{s.name}</option>)}</select></label>
        {board && <p class="facts"><span><b>{runs.filter((r) => !onRoad(r)).length}</b> to leave</span><span><b>{runs.filter(onRoad).length}</b> on the road</span><span><b>{late}</b> {late === 1 ? "door" : "doors"} late</span></p>}
        <Age seen_ms={reading.seen_ms} error={reading.error} />
        <div class="deeds">
          {edits && <button class="button" disabled={!board} onClick={() => (dialog.value = { kind: "vehicles" })}><Icon name="van" size={16} /><span>Vehicles</span></button>}
          {may("PLANS_OWN") && <button class="button" disabled={!acts || busy} onClick={acts?.optimise}><span>Optimise…</span> <kbd>o</kbd></button>}
          {edits && <button class="plain" aria-label="Undo the last edit of this station" title="Undo (u)" disabled={!acts || busy} onClick={acts?.undo}><Icon name="undo" /></button>}
          {edits && <button class="plain" aria-label="Do again what was undone" title="Do again (Shift u)" disabled={!acts || busy} onClick={acts?.redo}><Icon name="redo" /></button>}
        </div>
      </header>
      <div class="tabs" role="group" aria-label="Panel">{TABS.filter(([key]) => !own || key !== "pool").map(([key, name]) => <button key={key} aria-pressed={tab === key} onClick={() => tune({ tab: key === "runs" ? undefined : key })}>{name}</button>)}</div>
      {!own && <div class="side" onKeyDown={listKeys("pool")}><Panel reading={{ ...reading, data: board }} rows={9} height={54}>{(b) => <Pool board={b} again={reading.again} ask={(x, y, u) => ask(x, y, `Package ${u.package}`, poolItems(b, u, reading.again))} />}</Panel></div>}
      <section class="runs" aria-labelledby="runs-title" onKeyDown={listKeys("runs")}>
        <header class="head">
          <h2 id="runs-title">Runs <span class="n">{board ? runs.length : ""}</span></h2>
          <button class="link" disabled={runs.length === 0} onClick={() => (opened.value = opened.value.size ? new Set() : new Set(runs.map((r) => r.bar.run)))}>{opened.value.size ? "fold all" : "unfold all"}</button>
        </header>
        <Panel reading={{ ...reading, data: board }} rows={9} height={58}>
          {(b) => runs.length === 0 ? <div class="rows"><p class="empty"><b>No run is planned or on the road</b><span>{edits ? "They are planned as packages reach the station; or put packages on a free vehicle yourself (a)." : "They are planned as packages reach the station."}</span></p></div>
            : <RunRows board={b} rows={rows} run={run?.bar.run ?? -1} choose={choose} past={seen} again={reading.again}
                asks={{ run: (x, y, r) => ask(x, y, r.bar.name, runItems(r, reading.again)), door: (x, y, r, d) => ask(x, y, `Door of package ${d.packages[0]}`, doorItems(b, r, d, reading.again)) }} />}
        </Panel>
        {board && acts && <Hands board={board} act={acts} />}
      </section>
      <BoardMap board={board} run={run} plan={offered.value} cursor={here} spot={spot} choose={choose} />
      {board && (offered.value ? <ProposalPanel again={reading.again} /> : <OutcomePanel station={board.station} again={reading.again} />)}
      <Gantt reading={timeline} chosen={run?.bar.run ?? -1} choose={choose} />
      {board && <Dialogs board={board} again={reading.again} />}
      {menu.value && <Menu {...menu.value} close={() => (menu.value = null)} />}
    </div>
  );
}
