// What stands on no run, why, and what would make it fit.
import type { JSX } from "preact";
import { grams, litres, near, span, words } from "../../lib/format";
import { sieve, toggled, whyOf } from "../../lib/board";
import { Mark } from "../../parts/Glyph";
import { Icon } from "../../parts/Icon";
import { Empty } from "../../parts/States";
import { VirtualList } from "../../parts/VirtualList";
import { chosen, editOf, outcome, send, sending, told } from "../../state/board";
import { may, now, offset } from "../../state/live";
import { at, tune, view } from "../../state/view";
import type { Board, Unassigned } from "../../types";
import { cursor, dragged, over, pane, pick, stand } from "./hands";

export const POOL_ROW = 54;
const keyOf = (u: Unassigned): string => `u${u.package}`;
const numberOf = (key: string): number[] => [Number(key.slice(1))];

/** The pool as it is filtered now. */
export const shownPool = (board: Board): ReturnType<typeof sieve> => sieve(board.unassigned, view.value.query["way"], view.value.query["why"]);

function Row({ u, keys, ask }: { u: Unassigned; keys: readonly string[]; ask: (x: number, y: number, u: Unassigned) => void }): JSX.Element {
  const key = keyOf(u), mine = chosen.value.has(u.package), says = told.value.get(u.package);
  const fits = outcome.value?.state === "done" ? outcome.value.answer.fits.find((m) => m.package === u.package) : undefined;
  const here = pane.value === "pool" && cursor.value.pool === key;
  const state = sending.value.has(u.package) ? <em class="said">sending…</em> : says ? <em class={says.bad ? "said bad" : "said good"}>{says.says}</em> : null;
  return (
    <div class={`waiting ${mine ? "picked" : ""} ${here ? "here" : ""}`} aria-current={here ? "true" : undefined} draggable={at.value === undefined && may("PLANS_WRITE")}
      onClick={(e) => pick(e, "pool", keys, key, numberOf)} onContextMenu={(e) => { e.preventDefault(); stand("pool", key); ask(e.clientX, e.clientY, u); }}
      onDragStart={(e) => { dragged.value = mine ? chosen.value : new Set([u.package]); e.dataTransfer!.effectAllowed = "move"; e.dataTransfer!.setData("text/plain", String(u.package)); }}
      onDragEnd={() => { dragged.value = new Set(); over.value = null; }}>
      <input type="checkbox" aria-label={`Select package ${u.package}`} checked={mine} tabIndex={-1} onClick={(e) => { e.stopPropagation(); stand("pool", key); chosen.value = toggled(chosen.value, [u.package]); }} />
      <Mark tone={u.tone} size={11} />
      <b>{u.package}</b>
      <span class="due" title={`promised ${near(u.due_s, now.value, offset.value)}; ${grams(u.weight_g)}, ${litres(u.volume_ml)}`}>{state ?? span(u.due_lo_s, u.due_s, now.value, offset.value)}</span>
      <button class="plain" aria-label={`Actions for package ${u.package}`} aria-haspopup="menu" onClick={(e) => { e.stopPropagation(); stand("pool", key); const r = e.currentTarget.getBoundingClientRect(); ask(r.left, r.bottom + 2, u); }}><Icon name="more" size={16} /></button>
      <span class="reason" title={fits?.words ?? whyOf(u)}>{fits ? fits.words : <>{words(u.way)}: {whyOf(u)}{u.fits && <>; <b>fits with {u.fits}</b></>}</>}</span>
    </div>
  );
}

interface Props { board: Board; again: () => void; ask: (x: number, y: number, u: Unassigned) => void }

export function Pool({ board, again, ask }: Props): JSX.Element {
  const { shown, ways, whys } = shownPool(board);
  const q = view.value.query, all = board.unassigned.length, keys = shown.map(keyOf);
  const takes = dragged.value.size > 0 && over.value?.key === "pool";
  const drop = (e: DragEvent): void => {
    e.preventDefault();
    const packages = [...dragged.value].filter((p) => !board.unassigned.some((u) => u.package === p));
    over.value = null;
    dragged.value = new Set();
    if (packages.length) void send(editOf("take_off", { packages }, `Take ${packages.length === 1 ? "1 package" : `${packages.length} packages`} off`, packages), again);
  };
  return (
    <section class={takes ? "pool takes" : "pool"} aria-labelledby="pool-title"
      onDragOver={(e) => { if (dragged.value.size) { e.preventDefault(); over.value = { key: "pool", where: "in" }; } }} onDrop={drop}>
      <header class="head">
        <h2 id="pool-title">Unassigned <span class="n">{shown.length === all ? all : `${shown.length} of ${all}`}</span></h2>
        <button class="link" disabled={shown.length === 0} onClick={() => (chosen.value = toggled(chosen.value, shown.map((u) => u.package)))}>{shown.length > 0 && shown.every((u) => chosen.value.has(u.package)) ? "none" : "all"}</button>
      </header>
      {ways.length > 1 && (
        <div class="chips small" role="group" aria-label="Way">
          {ways.map(([way, n]) => <button key={way} aria-pressed={q["way"] === way} onClick={() => tune({ way: q["way"] === way ? undefined : way, why: undefined })}>{words(way)} <span class="quiet">{n}</span></button>)}
        </div>
      )}
      {(whys.length > 1 || q["why"]) && (
        <label class="pick sift">why
          <select value={q["why"] ?? ""} onChange={(e) => tune({ why: e.currentTarget.value || undefined })}>
            <option value="">any reason</option>
            {whys.map(([why, n]) => <option key={why} value={why}>{why} ({n})</option>)}
          </select>
        </label>
      )}
      {shown.length === 0
        ? <Empty good={all === 0} title={all === 0 ? "Nothing waits" : "None of these"}>{all === 0 ? (board.runs.length ? "Every package that is ready stands on a run." : "No package is ready at this station yet.") : <button class="button" onClick={() => tune({ way: undefined, why: undefined })}>Show all {all}</button>}</Empty>
        : <VirtualList items={shown} rowHeight={POOL_ROW} id={keyOf} label="Unassigned packages" active={pane.value === "pool" ? keys.indexOf(cursor.value.pool) : -1} row={(u) => <Row u={u} keys={keys} ask={ask} />} />}
    </section>
  );
}
