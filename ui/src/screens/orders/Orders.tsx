// All orders, newest first, page by page.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { near, span } from "../../lib/format";
import { stepped } from "../../lib/rows";
import { endedWord, TONES } from "../../lib/tone";
import { Mark, Status } from "../../parts/Glyph";
import { Age, Empty, Failure, Skeleton } from "../../parts/States";
import { VirtualList } from "../../parts/VirtualList";
import { useKeys } from "../../state/keyboard";
import { now, offset } from "../../state/live";
import { usePages } from "../../state/pages";
import { go, href, tune, view } from "../../state/view";
import type { OrderRow, Tone } from "../../types";

const CHIPS: Tone[] = ["late", "at_risk", "silent", "on_time", "done"];

export function Line({ row, chosen = false }: { row: OrderRow; chosen?: boolean }): JSX.Element {
  return (
    <a class={chosen ? "line chosen" : "line"} href={href(`/orders/${row.order}`)} tabIndex={-1}>
      <Status tone={row.tone} word={endedWord(row)} />
      <b>{row.order}</b>
      <span class="ref">{row.ref || "–"}</span>
      <span title={near(row.due_s, now.value, offset.value)}>{span(row.due_lo_s, row.due_s, now.value, offset.value)}</span>
      <span>{row.stage}</span>
      <span>{row.zone}</span>
      <span class="num">{row.packages ? `${row.delivered} of ${row.packages}` : "–"}</span>
      <span class="num quiet">{near(row.placed_s, now.value, offset.value)}</span>
    </a>
  );
}

export const HEADS = ["status", "order", "reference", "promised", "stage", "zone", "delivered", "placed"];

export function Orders(): JSX.Element {
  const tone = view.value.query["tone"], status = view.value.query["status"];
  const list = usePages<OrderRow>("orders", { tone, status }, (r) => r.order).value;
  const row = useSignal(-1);
  const move = (by: number): void => void (row.value = stepped(row.value, by, list.items.length));
  useKeys({
    next: () => move(1),
    previous: () => move(-1),
    open: () => { const o = list.items[row.value]; if (o) go(`/orders/${o.order}`); },
    out: () => tune({ tone: undefined, status: undefined }),
  });
  return (
    <div class="page list-page">
      <header class="page-head">
        <h1>Orders</h1>
        <div class="chips" role="group" aria-label="Status">
          <button aria-pressed={!tone} onClick={() => tune({ tone: undefined })}>all</button>
          {CHIPS.map((t) => <button key={t} aria-pressed={tone === t} onClick={() => tune({ tone: tone === t ? undefined : t })}><Mark tone={t} label="" size={11} />{TONES[t].word}</button>)}
        </div>
        <Age seen_ms={list.seen_ms} error={list.error} />
      </header>
      <div class="table orders">
        <div class="table-head" aria-hidden="true">{HEADS.map((h, i) => <span key={h} class={i > 5 ? "num" : ""}>{h}</span>)}</div>
        {list.items.length > 0
          ? <VirtualList items={list.items} rowHeight={36} id={(r) => r.order} label="Orders" active={row.value} onEnd={list.more} row={(r, i) => <Line row={r} chosen={i === row.value} />}
              after={list.loading ? <p class="quiet tail">Loading more…</p> : list.error ? <Failure error={list.error} again={list.more} /> : list.ended ? <p class="quiet tail">{list.items.length} orders</p> : null} />
          : list.error ? <Failure error={list.error} again={list.again} />
            : list.loading ? <Skeleton rows={14} />
              : tone ? <Empty good={tone !== "done" && tone !== "on_time"} title={`No order is ${TONES[tone as Tone]?.word ?? tone}`} /> : <Empty title="No orders yet">They come from a connected shop (Settings) or by the API: <a href="/docs">POST /api/v1/orders</a>.</Empty>}
      </div>
    </div>
  );
}
