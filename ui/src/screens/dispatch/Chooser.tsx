// Which run? A list that narrows while typing; arrows move, Enter takes.
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { fill, inOrder, onRoad, openDoors } from "../../lib/board";
import { hm, words } from "../../lib/format";
import { stepped } from "../../lib/rows";
import { Modal } from "../../parts/Modal";
import { vehicles, editOf, send } from "../../state/board";
import { offset } from "../../state/live";
import type { Board, RunDetail, VehicleShape } from "../../types";
import { assign, parted, things } from "./hands";

interface Choice { key: string; title: string; sub: string; room: string; off: string; take: () => void }

function Choices({ choices, label, children }: { choices: readonly Choice[]; label: string; children?: ComponentChildren }): JSX.Element {
  const text = useSignal(""), at = useSignal(0), list = useRef<HTMLDivElement>(null);
  const asked = text.value.trim().toLowerCase();
  const shown = choices.filter((c) => `${c.title} ${c.sub}`.toLowerCase().includes(asked));
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at.value]);
  const key = (e: KeyboardEvent): void => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") at.value = stepped(at.value, e.key === "ArrowDown" ? 1 : -1, shown.length);
    else if (e.key === "Enter") { const c = shown[at.value]; if (c && !c.off) c.take(); }
    else return;
    e.preventDefault();
  };
  return (
    <>
      <input class="field" type="text" spellcheck={false} autofocus placeholder={label} aria-label={label} role="combobox" list={undefined} aria-expanded="true" aria-controls="choices" aria-activedescendant={shown.length ? `choice-${at.value}` : undefined}
        value={text.value} onInput={(e) => { text.value = e.currentTarget.value; at.value = 0; }} onKeyDown={key} autocomplete="off" />
      {children}
      <div class="choices" id="choices" role="listbox" aria-label={label} ref={list}>
        {shown.map((c, i) => (
          <div key={c.key} id={`choice-${i}`} role="option" tabIndex={-1} aria-selected={i === at.value} aria-disabled={c.off ? true : undefined} title={c.off || undefined}
            onMouseMove={() => (at.value = i)} onClick={() => { if (!c.off) c.take(); }}>
            <b>{c.title}</b><span class="quiet">{c.off || c.sub}</span><span class="num quiet">{c.room}</span>
          </div>
        ))}
        {shown.length === 0 && <p class="quiet">None is called that.</p>}
      </div>
      <p class="hint"><kbd>↑</kbd> <kbd>↓</kbd> move <kbd>Enter</kbd> take <kbd>Esc</kbd> out</p>
    </>
  );
}

const room = (run: RunDetail): string => {
  const full = fill(run.volume_ml, run.room_ml);
  return full < 0 ? "" : `${full} % full`;
};
const sub = (run: RunDetail): string => `${onRoad(run) ? "on the road" : `leaves ${hm(run.bar.depart_s, offset.value)}`}, ${things(openDoors(run).length, "door")}`;

/** Vehicles that stand in the yard with nothing to do. */
export const freeVehicles = (board: Board): VehicleShape[] => {
  const busy = new Set(board.runs.map((r) => r.bar.vehicle));
  return vehicles.value.filter((v) => v.station === board.station && !v.out && !busy.has(v.vehicle) && ["own", "dsp"].includes(v.way));
};

export function Assign({ board, packages, close, again }: { board: Board; packages: readonly number[]; close: () => void; again: () => void }): JSX.Element {
  const place = useSignal<"best" | "first" | "last" | "door">("best"), door = useSignal(1);
  const { pool, aboard } = parted(board, packages), gone = new Set(packages);
  const placeOn = (run: RunDetail): number => {
    const left = openDoors(run).filter((d) => !d.packages.some((p) => gone.has(p))).length;
    const lead = onRoad(run) ? 1 : 0;
    return { best: -1, first: Math.min(lead, left), last: left, door: Math.max(0, Math.min(left, door.value - 1)) }[place.value];
  };
  const same = (run: RunDetail): boolean => openDoors(run).some((d) => d.packages.some((p) => gone.has(p)));
  const best: Choice[] = aboard.length ? [] : [{ key: "best", title: "Whichever costs least", sub: "the server tries every run that has not left", room: "", off: "", take: () => { close(); void assign(board, packages, -1, "whichever costs least", -1, again); } }];
  const runs = inOrder(board.runs).map((run): Choice => ({
    key: `r${run.bar.run}`, title: run.bar.name, sub: sub(run), room: room(run),
    off: onRoad(run) && !(same(run) && pool.length === 0) ? "on the road: nothing can be put aboard" : "",
    take: () => { close(); void assign(board, packages, run.bar.run, run.bar.name, placeOn(run), again); },
  })).sort((a, b) => Number(!!a.off) - Number(!!b.off));
  const free = freeVehicles(board).map((v): Choice => ({
    key: `v${v.vehicle}`, title: v.name, sub: `a new run; ${words(v.way)}, free`, room: "", off: "",
    take: () => { close(); void send(editOf("open", { vehicle: v.vehicle, packages }, `Open a run on ${v.name} with ${things(packages.length)}`, packages), again); },
  }));
  return (
    <Modal title={`Assign ${things(packages.length)}`} close={close}>
      <Choices choices={[...best, ...runs.filter((c) => !c.off), ...free, ...runs.filter((c) => c.off)]} label="To which run or free vehicle?">
        <div class="where" role="group" aria-label="Place">
          <span class="quiet">place</span>
          <div class="seg">
            {([["best", "where it costs least"], ["first", "first"], ["last", "last"], ["door", "as door"]] as const).map(([p, name]) => <button key={p} aria-pressed={place.value === p} onClick={() => (place.value = p)}>{name}</button>)}
          </div>
          {place.value === "door" && <input class="field n" type="number" min={1} value={door.value} aria-label="Number among the doors to come" onInput={(e) => (door.value = Number(e.currentTarget.value) || 1)} />}
        </div>
      </Choices>
    </Modal>
  );
}

export function Swap({ board, run, close, again }: { board: Board; run: number; close: () => void; again: () => void }): JSX.Element {
  const mine = board.runs.find((r) => r.bar.run === run);
  const choices = inOrder(board.runs).filter((r) => r.bar.run !== run).map((r): Choice => ({
    key: `r${r.bar.run}`, title: r.bar.name, sub: sub(r), room: room(r), off: onRoad(r) ? "on the road" : r.bar.vehicle < 0 ? "a gig driver's own" : "",
    take: () => { close(); void send(editOf("swap", { run, other: r.bar.run }, `${mine?.bar.name ?? run} and ${r.bar.name} exchange what they bring`), again); },
  }));
  return <Modal title={`Exchange vehicles: ${mine?.bar.name ?? run}`} close={close}><Choices choices={choices} label="With which run?" /></Modal>;
}
