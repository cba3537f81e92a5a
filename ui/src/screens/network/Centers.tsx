// Buildings: will we make the cut-off?
import type { JSX } from "preact";
import { arrives, heat, kindOf, shares, slackBar } from "../../lib/centers";
import { count, hm, lasting, near } from "../../lib/format";
import { Status } from "../../parts/Glyph";
import { Age, Empty, Panel } from "../../parts/States";
import { network, now, offset } from "../../state/live";
import { useRead } from "../../state/read";
import { go, href, tune, view } from "../../state/view";
import type { CenterCutoff, CenterShape, Linehaul, Runs, StationShape } from "../../types";
import { Gantt } from "../tower/Gantt";
import { Tile } from "../tower/Strip";

const SLACK_MOST_S = 6 * 3600;
const site = (n: number): string => network.value?.sites[n]?.name ?? "partner carriers";

function Cutoff({ c }: { c: CenterCutoff }): JSX.Element {
  const parts = shares(c), bar = slackBar(c.slack_s, SLACK_MOST_S);
  const words = c.slack_s >= 0 ? `${lasting(c.slack_s)} spare` : `${lasting(-c.slack_s)} over`;
  return (
    <tr>
      <td><b>{near(c.cutoff_s, now.value, offset.value)}</b></td>
      <td>{site(c.dest)}</td>
      <td class="num">{count(c.packages)}</td>
      <td class="wide"><div class="stages" role="img" aria-label={parts.map((p) => `${p.count} ${p.stage}`).join(", ")}>{parts.map((p) => <i key={p.stage} class={p.stage.replace(" ", "-")} style={{ flexGrow: p.count }} title={`${count(p.count)} ${p.stage}`} />)}</div></td>
      {(["released", "picked", "packed", "staged"] as const).map((s) => <td key={s} class={c[s] ? "num" : "num quiet"}>{count(c[s])}</td>)}
      <td><Status tone={c.tone} />{c.slack_s >= 0 && (c.tone === "at_risk" || c.tone === "late") && <span class="quiet" title="This cut-off will be made; promises of some of its packages may not be kept further on">, further on</span>}</td>
      <td class="num">{words}</td>
      <td class="wide"><div class="slack" aria-hidden="true" title={`slack against now, ${lasting(SLACK_MOST_S)} either way`}><i class={c.tone} style={{ left: `${bar.from}%`, width: `${Math.max(0.8, bar.to - bar.from)}%` }} /></div></td>
    </tr>
  );
}

function Hours({ c }: { c: CenterShape }): JSX.Element {
  const most = Math.max(1, ...c.hours_units);
  return (
    <figure class="hours-chart">
      <div role="img" aria-label={`Units picked in each of the last ${c.hours_s.length} hours, from ${hm(c.hours_s[0] ?? -1, offset.value)}: ${c.hours_units.join(", ")}`}>
        {c.hours_units.map((n, i) => <span key={i} title={`${hm(c.hours_s[i]!, offset.value)}: ${count(n)} units`}><i style={{ height: `${(100 * n) / most}%` }} /></span>)}
      </div>
      <figcaption aria-hidden="true">{c.hours_s.map((t, i) => <span key={i}>{i % 3 === 0 ? hm(t, offset.value) : ""}</span>)}</figcaption>
    </figure>
  );
}

function Aisles({ picks }: { picks: readonly number[] }): JSX.Element {
  const hot = heat(picks), top = picks.indexOf(Math.max(...picks));
  return (
    <>
      <div class="aisles" role="img" aria-label={`Picks by aisle: ${picks.map((n, i) => `${i + 1}: ${n}`).join(", ")}`}>
        {picks.map((n, i) => <i key={i} style={{ "--hot": `${Math.round((hot[i]! ** 0.7) * 100)}%` }} title={`aisle ${i + 1}: ${count(n)} picks`} />)}
      </div>
      <p class="scale"><span>aisle 1</span><span class="quiet">{picks[top] ? `busiest: aisle ${top + 1}, ${count(picks[top]!)} ${picks[top] === 1 ? "pick" : "picks"}` : "no picks"}</span><span>aisle {picks.length}</span></p>
    </>
  );
}

function Fc({ c }: { c: CenterShape }): JSX.Element {
  const ahead = c.cutoffs.filter((x) => x.tone === "late" || x.tone === "at_risk").length;
  return (
    <>
      {c.standstill && <p class="banner amber" role="alert"><span><b>Stands still:</b> {c.standstill}</span></p>}
      <section class="strip tiles" aria-label="Key figures" tabIndex={0}>
        <Tile label="cut-offs" value={count(c.cutoffs.length)} tone={ahead ? "at_risk" : "on_time"} sub={ahead ? `${ahead} need${ahead === 1 ? "s" : ""} a look` : c.cutoffs.length ? "all can be made" : "none ahead"} />
        <Tile label="picked an hour" value={count(c.picked_uph)} sub={<><i class="meter"><i style={{ width: `${Math.min(100, (100 * c.picked_uph) / Math.max(1, c.pick_uph))}%` }} /></i>of {count(c.pick_uph)} units</>} />
        <Tile label="packed an hour" value={count(c.packed_pph)} sub={<><i class="meter"><i style={{ width: `${Math.min(100, (100 * c.packed_pph) / Math.max(1, c.pack_pph))}%` }} /></i>of {count(c.pack_pph)} packages</>} />
        <Tile label="on the floor" value={count(c.released + c.picked + c.packed)} sub={`${count(c.released)} released, ${count(c.picked)} picked`} />
        <Tile label="staged" value={count(c.staged)} sub="at the docks" />
        <Tile label="robots" value={count(c.robots - c.robots_down)} {...(c.robots_down ? { tone: "late" as const } : {})} sub={`${c.robots_down ? `${c.robots_down} down` : "none down"}, ${c.stations} stations`} />
        <Tile label="units on hand" value={count(c.on_hand)} sub={`${count(c.reserved)} reserved, ${count(c.skus)} SKUs`} />
        <Tile label="low stock" value={c.low < 0 ? "–" : count(c.low)} sub={c.low < 0 ? "no forecast of the need yet" : "SKUs below their need"} />
      </section>
      <div class="floor-page">
        <section aria-labelledby="cutoffs"><h2 id="cutoffs">Cut-offs <small class="key"><i class="staged" />staged <i class="packed" />packed <i class="picked" />picked <i class="released" />released <i class="not-released" />not released</small></h2>
          {c.cutoffs.length === 0 ? <Empty good title="No cut-off ahead">Nothing in this building waits for a departure.</Empty> : (
            <div class="scroll-x" tabIndex={0}><table class="cutoffs">
              <thead><tr><th>cut-off</th><th>to</th><th class="num">packages</th><th class="wide">how far</th><th class="num">released</th><th class="num">picked</th><th class="num">packed</th><th class="num">staged</th><th>status</th><th class="num">slack</th><th class="wide"><span class="axis"><span>over</span><span>now</span><span>spare</span></span></th></tr></thead>
              <tbody>{c.cutoffs.map((x) => <Cutoff key={`${x.cutoff_s}.${x.dest}`} c={x} />)}</tbody>
            </table></div>
          )}
        </section>
        <section aria-labelledby="hours"><h2 id="hours">Units picked, last 24 hours</h2><Hours c={c} /></section>
        {c.aisle_picks.length > 0 && <section aria-labelledby="aisles"><h2 id="aisles">Where the picks are</h2><Aisles picks={c.aisle_picks} /></section>}
      </div>
    </>
  );
}

/** Trucks that are still to come in. */
function Coming({ at }: { at: number }): JSX.Element {
  const reading = useRead<Linehaul>("linehaul", {}, 5000).value;
  return (
    <section aria-labelledby="coming"><h2 id="coming">Trucks coming in</h2>
      <Panel reading={reading} rows={4}>
        {(l) => {
          const all = l.departures.filter((d) => d.dest === at && ["to leave", "under way"].includes(kindOf(d)));
          return all.length === 0 ? <p class="quiet">None more today.</p> : (
            <div class="scroll-x" tabIndex={0}><table class="coming"><thead><tr><th>arrives</th><th>from</th><th>leaves</th><th class="num">loaded</th><th class="num">waiting</th><th>status</th></tr></thead>
              <tbody>{all.map((d) => <tr key={d.trip}><td title={`timetable ${hm(d.arrive_s, offset.value)}`}><b>{hm(arrives(d), offset.value)}</b></td><td>{site(d.origin)}</td><td>{hm(d.left_s >= 0 ? d.left_s : d.depart_s, offset.value)}</td><td class="num">{count(d.packages)}</td><td class="num">{count(d.waiting)}</td><td><Status tone={d.tone} />{d.late_s > 60 && <span class="quiet">, {lasting(d.late_s)} behind its timetable</span>}</td></tr>)}</tbody>
            </table></div>
          );
        }}
      </Panel>
    </section>
  );
}

function Station({ s }: { s: StationShape }): JSX.Element {
  const runs = useRead<Runs>("runs", { station: s.site.site }, 3000).value;
  const all = s.delivered_today + s.failed_today;
  return (
    <>
      {s.standstill && <p class="banner amber" role="alert"><span><b>Stands still:</b> {s.standstill}</span></p>}
      <section class="strip tiles" aria-label="Key figures" tabIndex={0}>
        <Tile label="on their way here" value={count(s.inbound)} sub="packages" />
        <Tile label="ready" value={count(s.ready)} sub="at the station" />
        <Tile label="unassigned" value={count(s.unassigned)} sub={s.unassigned ? "ready, on no run" : "all on a run"} />
        <Tile label="out" value={count(s.out)} sub="on vehicles" />
        <Tile label="delivered today" value={count(s.delivered_today)} sub={all ? `${((100 * s.delivered_today) / all).toFixed(1)} % of attempts` : "none yet"} />
        <Tile label="not delivered" value={count(s.failed_today)} sub="attempts today" />
        <Tile label="vehicles out" value={count(s.vehicles_out)} sub={`of ${count(s.vehicles)}`} />
        <Tile label="gig blocks" value={count(s.blocks_taken)} sub={`taken of ${count(s.blocks)}`} />
      </section>
      <div class="station-runs"><Gantt reading={runs} chosen={-1} choose={(run) => go(`/dispatch?station=${s.site.site}&run=${run}`)} /></div>
      <div class="floor-page">
        <p><a class="button" href={href(`/dispatch?station=${s.site.site}`)}>Open the board of {s.site.name}</a></p>
        <Coming at={s.site.site} />
      </div>
    </>
  );
}

export function Centers(): JSX.Element {
  const sites = network.value?.sites.filter((s) => s.kind === "fc" || s.kind === "station") ?? [];
  const asked = Number(view.value.query["site"] ?? sites[0]?.site ?? -1), mine = sites.find((s) => s.site === asked);
  const fc = mine?.kind === "fc";
  const center = useRead<CenterShape>(fc ? `sites/${asked}/center` : null, {}, 3000).value;
  const station = useRead<StationShape>(mine && !fc ? `sites/${asked}/station` : null, {}, 3000).value;
  const reading = fc ? center : station;
  return (
    <div class="page centers">
      <header class="page-head">
        <h1>Centers</h1>
        <div class="chips" role="group" aria-label="Building">{sites.map((s) => <button key={s.site} aria-pressed={s.site === asked} onClick={() => tune({ site: s.site })}>{s.name}</button>)}</div>
        <Age seen_ms={reading.seen_ms} error={reading.error} />
      </header>
      {!mine ? <Empty title="No such building">Choose one above.</Empty>
        : fc ? <Panel reading={center} rows={10}>{(c) => <Fc c={c} />}</Panel>
          : <Panel reading={station} rows={4}>{(s) => <Station s={s} />}</Panel>}
    </div>
  );
}
