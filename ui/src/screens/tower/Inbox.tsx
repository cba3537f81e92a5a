// What needs somebody now: cause, time to breach, cost, and the one thing that mends it.
import type { JSX } from "preact";
import { count, lasting, money, near, relative } from "../../lib/format";
import { filterOf, sorted, type Sort } from "../../lib/filters";
import { Mark } from "../../parts/Glyph";
import { Age, Empty, Panel } from "../../parts/States";
import { VirtualList } from "../../parts/VirtualList";
import { network, now, offset } from "../../state/live";
import type { Reading } from "../../state/read";
import { act } from "../../state/toast";
import { at, go, tune, view } from "../../state/view";
import type { Action, ExceptionShape, Exceptions, Overview } from "../../types";

export const ROW = 96;

interface Props { reading: Reading<Exceptions>; overview: Overview | null; cursor: string; open: (e: ExceptionShape) => void; sending: { value: Set<string> } }

export const sortOf = (): Sort => (["breach", "kind"].includes(view.value.query["sort"] ?? "") ? (view.value.query["sort"] as Sort) : "cost");

const isPutOff = (e: ExceptionShape): boolean => e.put_off_s > now.value;

/** What the inbox shows now, in its order; what was put off is left out, but not of a moment in the past. */
export function visible(all: readonly ExceptionShape[]): ExceptionShape[] {
  const filter = filterOf(view.value.query["f"]);
  const awake = at.value === undefined && !view.value.query["later"] ? all.filter((e) => !isPutOff(e)) : all;
  return sorted(filter ? awake.filter(filter.exception) : awake, sortOf());
}

/** Sends an action and shows the row as sending until the server has answered. */
export async function take(e: ExceptionShape, action: Action, sending: { value: Set<string> }, again: () => void): Promise<void> {
  if (sending.value.has(e.id) || at.value !== undefined) return;
  sending.value = new Set(sending.value).add(e.id);
  await act(e.id, action.command, action.label, again);
  const rest = new Set(sending.value);
  rest.delete(e.id);
  sending.value = rest;
}

function breach(e: ExceptionShape): JSX.Element {
  const words = e.minutes >= 0 ? `in ${lasting(e.minutes * 60)}` : `${lasting(-e.minutes * 60)} past`;
  return <span class={e.minutes < 0 ? "breach past" : e.minutes < 30 ? "breach soon" : "breach"} title={`first promise: ${near(now.value + e.minutes * 60, now.value, offset.value)}`}>{words}</span>;
}

function Row({ e, chosen, busy, open, doit }: { e: ExceptionShape; chosen: boolean; busy: boolean; open: () => void; doit: (a: Action) => void }): JSX.Element {
  const currency = network.value?.currency ?? "USD";
  const [first, ...more] = e.actions;
  const past = at.value !== undefined;
  return (
    <article class={chosen ? "exception chosen" : "exception"} data-id={e.id} onClick={open}>
      <Mark tone={e.tone} size={14} />
      <button class="title" title={e.title} onClick={(ev) => { ev.stopPropagation(); open(); }} aria-current={chosen ? "true" : undefined}>{e.title}</button>
      <div class="then"><p class="cause" title={`${isPutOff(e) ? `put off until ${near(e.put_off_s, now.value, offset.value)}; ` : ""}since ${near(e.since_s, now.value, offset.value)}, ${relative(e.since_s - now.value)}`}>{e.cause}</p>{breach(e)}</div>
      <p class="effect">{count(e.count)} {e.about === "run" ? (e.count === 1 ? "stop" : "stops") : e.count === 1 ? "package" : "packages"}{e.cost_c > 0 && <>, <span title="expected cost of lateness">≈ {money(e.cost_c, currency, true)}</span></>}</p>
      <div class="acts">
        {first && (
          <>
            <button class="button" disabled={busy || past} title={past ? "The past cannot be acted on: back to now (n)" : `${first.label} (a)`} onClick={(ev) => { ev.stopPropagation(); doit(first); }}>
              {busy ? "Sending…" : first.label}
            </button>
            {first.command === "board.optimise" && (
              <button class="link" disabled={past} title="See a plan before it is taken" onClick={(ev) => { ev.stopPropagation(); go(`/dispatch?station=${e.site}&optimise=${e.about === "run" && e.kind !== "BROKE_DOWN" ? e.row : "all"}`); }}>Look first</button>
            )}
            {more.length > 0 && (
              <select class="more" aria-label="More actions" disabled={busy || past} value="" onClick={(ev) => ev.stopPropagation()}
                onChange={(ev) => { const a = more.find((m) => m.command === ev.currentTarget.value); ev.currentTarget.value = ""; if (a) doit(a); }}>
                <option value="" hidden>…</option>
                {more.map((a) => <option key={a.command} value={a.command}>{a.label}</option>)}
              </select>
            )}
          </>
        )}
      </div>
    </article>
  );
}

function nothing(overview: Overview | null, filter: string | undefined): JSX.Element {
  const f = filterOf(filter);
  if (f) return <Empty title={`Nothing under “${f.label}”`}><button class="button" onClick={() => tune({ f: undefined })}>Show all</button></Empty>;
  if (overview && overview.orders === 0) {
    return overview.units === 0 ? (
      <Empty title="The shelves are empty">Nothing can be promised before stock is there: tell what lies there by <a href="/docs">POST /api/v1/stock/counts</a>, or begin a new network with <code>--stock</code> and a file. Orders come next.</Empty>
    ) : (
      <Empty title="No orders yet">Connect a shop in <button class="link" onClick={() => go("/settings")}>Settings</button>, or send the first one by <a href="/docs">POST /api/v1/orders</a>. What needs a person will stand here, dearest first.</Empty>
    );
  }
  const c = overview?.next_cutoff;
  const left = overview ? overview.promised_today - overview.kept_today - overview.missed_today : 0;
  return <Empty good title={left > 0 ? `All ${count(left)} promises on track` : "Nothing needs you now"}>{c ? `Next cut-off ${near(c.cutoff_s, now.value, offset.value)}.` : "What needs a person will stand here, dearest first."}</Empty>;
}

export function Inbox({ reading, overview, cursor, open, sending }: Props): JSX.Element {
  const filter = view.value.query["f"];
  const items = reading.data ? visible(reading.data.items) : [];
  const all = reading.data?.items.length ?? 0;
  const off = at.value === undefined ? reading.data?.items.filter(isPutOff).length ?? 0 : 0;
  const showing = Boolean(view.value.query["later"]);
  return (
    <section class="inbox" aria-labelledby="inbox-title">
      <header class="head">
        <h2 id="inbox-title">Exceptions <span class="n">{reading.data ? (filter ? `${items.length} of ${all}` : items.length) : ""}</span></h2>
        {off > 0 && <button class="link" aria-pressed={showing} title={showing ? "Hide what was put off" : "Put off, for everybody; press to see them too"} onClick={() => tune({ later: showing ? undefined : "1" })}>{off} for later{showing ? ", shown" : ""}</button>}
        <Age seen_ms={reading.seen_ms} error={reading.error} />
        <label class="pick">sort
          <select value={sortOf()} onChange={(e) => tune({ sort: e.currentTarget.value === "cost" ? undefined : e.currentTarget.value })}>
            <option value="cost">cost</option><option value="breach">breach</option><option value="kind">kind</option>
          </select>
        </label>
      </header>
      <Panel reading={reading} rows={5} height={ROW}>
        {() => items.length === 0 ? nothing(overview, filter) : (
          <VirtualList items={items} rowHeight={ROW} id={(e) => e.id} label="Exceptions" active={items.findIndex((e) => e.id === cursor)}
            row={(e) => <Row e={e} chosen={e.id === cursor} busy={sending.value.has(e.id)} open={() => open(e)} doit={(a) => void take(e, a, sending, reading.again)} />} />
        )}
      </Panel>
    </section>
  );
}
