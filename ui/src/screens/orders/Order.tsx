// One order: where is it, and why?
import type { JSX } from "preact";
import { grams, hm, lasting, money, near, permille, span, words } from "../../lib/format";
import { Status } from "../../parts/Glyph";
import { Age, Panel } from "../../parts/States";
import { useKeys } from "../../state/keyboard";
import { network, now, offset } from "../../state/live";
import { useRead } from "../../state/read";
import { endedWord } from "../../lib/tone";
import { go, href } from "../../state/view";
import type { OrderDetail, PackageShape } from "../../types";
import { Story, type Told } from "./Story";

const site = (n: number): string => network.value?.sites[n]?.name ?? "–";
const cash = (c: number): string => money(c, network.value?.currency ?? "USD");

/** "14:12–14:36", when told on hover; nothing while no estimate was made. */
export function Eta({ p }: { p: PackageShape }): JSX.Element | null {
  if (p.eta_hi_s < 0) return null;
  return <span class="guess" title={`estimated ${near(p.eta_at_s, now.value, offset.value)}`}>{span(p.eta_lo_s, p.eta_hi_s, now.value, offset.value)}</span>;
}

export function Package({ p, link = true }: { p: PackageShape; link?: boolean }): JSX.Element {
  const late = p.eta_hi_s > p.due_s;
  return (
    <article class="package">
      <header>
        {link ? <a href={href(`/packages/${p.package}`)}><b>Package {p.package}</b></a> : <b>Package {p.package}</b>}
        <Status tone={p.tone} word={p.tone === "done" ? p.status : undefined} />
      </header>
      <dl>
        <div><dt>stage</dt><dd>{p.status}{p.run >= 0 && <>, <a href={href(`/?run=${p.run}`)}>run {p.run}</a>{p.stops_before >= 0 && p.tone !== "done" && `, ${p.stops_before} stops before it`}</>}</dd></div>
        {p.eta_hi_s >= 0 && p.tone !== "done" && <div><dt>arrives</dt><dd class={late ? "bad" : ""}><Eta p={p} /></dd></div>}
        <div><dt>way</dt><dd>{words(p.way)}{p.carrier && `, ${p.carrier}`}{p.why_way && <p class="why">{p.why_way}</p>}</dd></div>
        <div><dt>from</dt><dd>{site(p.fc)}{p.station >= 0 && ` via ${site(p.station)}`}</dd></div>
        <div><dt>box</dt><dd>{p.box || "–"}, {grams(p.weight_g)}{p.board_g > 0 && `, ${grams(p.board_g)} of board`}</dd></div>
        <div><dt>costs</dt><dd>{p.bill_c >= 0 ? cash(p.bill_c) : "–"}, {grams(p.co2_g)} CO₂e</dd></div>
        {p.sscc && <div><dt>SSCC</dt><dd class="mono">{p.sscc}</dd></div>}
        {p.attempts > 0 && <div><dt>attempts</dt><dd>{p.attempts}</dd></div>}
      </dl>
    </article>
  );
}

/** The last line of the story: what comes next, as an estimate. */
export function Next({ packages }: { packages: readonly PackageShape[] }): JSX.Element | null {
  const coming = packages.filter((p) => p.eta_hi_s >= 0 && p.tone !== "done").sort((a, b) => a.eta_hi_s - b.eta_hi_s)[0];
  if (!coming) return null;
  return (
    <li class="next">
      <time>{hm(coming.eta_lo_s, offset.value)}</time>
      <div><p><b>Expected at the door</b> <Eta p={coming} /></p>{coming.eta_at_s >= 0 && <p class="why">estimated {lasting(Math.max(0, now.value - coming.eta_at_s))} ago</p>}</div>
    </li>
  );
}

/** Lines of the order and of its packages as one story, in order of time, each once. */
function storyOf(o: OrderDetail): Told[] {
  const seen = new Set<string>();
  const all: Told[] = [...o.story, ...o.packages.flatMap((p) => p.story.map((m) => ({ ...m, tag: o.packages.length > 1 ? `package ${p.package}` : undefined })))];
  return all
    .filter((m) => {
      const key = `${m.at_s}|${m.what}|${m.where}|${m.tag ?? ""}`;
      const bare = `${m.at_s}|${m.what}|${m.where}|`;
      const known = seen.has(key) || seen.has(bare);
      seen.add(key);
      return !known;
    })
    .sort((a, b) => a.at_s - b.at_s || a.turn - b.turn);
}

function Page({ o }: { o: OrderDetail }): JSX.Element {
  const r = o.row;
  return (
    <>
      <header class="page-head tall">
        <p class="crumb"><a href={href("/orders")}>Orders</a></p>
        <h1>Order {r.order} {r.ref && <small>{r.ref}</small>}</h1>
        <div class="facts">
          <Status tone={r.tone} word={endedWord(r)} />
          {r.due_s >= 0 && <span>promised <b>{span(r.due_lo_s, r.due_s, now.value, offset.value)}</b></span>}
          {o.quantile_pm > 0 && <span class="quiet" title="chance told when the promise was made">kept with {permille(o.quantile_pm)}</span>}
          <span class="quiet">{words(o.speed)}{o.price_c >= 0 && `, ${o.price_c === 0 ? "free" : cash(o.price_c)}`}</span>
          <span class="quiet">{r.zone}{o.access.length > 0 && `, ${o.access.map(words).join(", ")}`}</span>
        </div>
      </header>
      <div class="order-body">
        <section aria-labelledby="story-title"><h2 id="story-title">Story</h2><Story lines={storyOf(o)} next={<Next packages={o.packages} />} /></section>
        <div>
          <section aria-labelledby="packages-title"><h2 id="packages-title">Packages</h2>
            {o.packages.length ? o.packages.map((p) => <Package key={p.package} p={p} />) : <p class="quiet">Not packed into boxes yet.</p>}
          </section>
          <section aria-labelledby="lines-title"><h2 id="lines-title">Lines</h2>
            <table><thead><tr><th>item</th><th class="num">units</th><th>status</th><th>from</th></tr></thead>
              <tbody>{o.lines.map((l) => <tr key={l.line}><td>{l.item || `SKU ${l.sku}`}{l.reason && <p class="why">{l.reason}</p>}</td><td class="num">{l.units}</td><td>{words(l.status)}</td><td>{l.fc >= 0 ? site(l.fc) : "–"}</td></tr>)}</tbody>
            </table>
          </section>
        </div>
      </div>
    </>
  );
}

export function Order({ n }: { n: string }): JSX.Element {
  const reading = useRead<OrderDetail>(`orders/${encodeURIComponent(n)}`, {}, 3000).value;
  useKeys({ out: () => go("/orders") });
  return <div class="page"><Panel reading={reading} rows={12}>{(o) => <Page o={o} />}</Panel><div class="foot"><Age seen_ms={reading.seen_ms} error={reading.error} /></div></div>;
}

export function PackagePage({ n }: { n: string }): JSX.Element {
  const reading = useRead<PackageShape>(`packages/${encodeURIComponent(n)}`, {}, 3000).value;
  const p = reading.data;
  useKeys({ out: () => (p ? go(`/orders/${p.order}`) : go("/orders")) });
  return (
    <div class="page">
      <Panel reading={reading} rows={12}>
        {(it) => (
          <>
            <header class="page-head tall">
              <p class="crumb"><a href={href("/orders")}>Orders</a> / <a href={href(`/orders/${it.order}`)}>order {it.order}</a></p>
              <h1>Package {it.package}</h1>
              <div class="facts"><Status tone={it.tone} word={it.tone === "done" ? it.status : undefined} /><span>promised <b>{span(it.due_lo_s, it.due_s, now.value, offset.value)}</b></span></div>
            </header>
            <div class="order-body">
              <section aria-labelledby="story-title"><h2 id="story-title">Story</h2><Story lines={it.story} next={<Next packages={[it]} />} /></section>
              <section aria-label="Facts"><Package p={it} link={false} /></section>
            </div>
          </>
        )}
      </Panel>
      <div class="foot"><Age seen_ms={reading.seen_ms} error={reading.error} /></div>
    </div>
  );
}
