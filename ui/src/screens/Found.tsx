// Search results as a page of their own.
import type { JSX } from "preact";
import { words } from "../lib/format";
import { Empty, Panel } from "../parts/States";
import { useRead } from "../state/read";
import { href, view } from "../state/view";
import type { Hit } from "../types";

export function Found(): JSX.Element {
  const q = view.value.query["q"] ?? "";
  const reading = useRead<Hit[] | { items: Hit[] }>(q ? "search" : null, { q }, 10_000).value;
  return (
    <div class="page">
      <header class="page-head"><h1>{q ? `Found for “${q}”` : "Search"}</h1></header>
      {!q ? <Empty title="Nothing asked">Press / and type a number, a reference, an SSCC, a run, a vehicle or a place.</Empty> : (
        <Panel reading={reading}>
          {(data) => {
            const hits = Array.isArray(data) ? data : data.items;
            return hits.length === 0
              ? <Empty title={`Nothing named “${q}”`}>Numbers, references, SSCCs, runs, vehicles and places can be found.</Empty>
              : <ul class="found">{hits.map((h) => <li key={`${h.kind}${h.row}`}><a href={href(h.to)}><span class="kind">{words(h.kind)}</span><b>{h.title}</b><span class="quiet">{h.sub}</span></a></li>)}</ul>;
          }}
        </Panel>
      )}
    </div>
  );
}
