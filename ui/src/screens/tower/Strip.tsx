// The strip of figures. A tile filters inbox, map and Gantt; pressed again it lets all through.
import type { ComponentChildren, JSX } from "preact";
import { count, hm, lasting, money, permille, grams } from "../../lib/format";
import { network, offset } from "../../state/live";
import type { Reading } from "../../state/read";
import { tune, view } from "../../state/view";
import { Mark } from "../../parts/Glyph";
import { Age } from "../../parts/States";
import type { Overview, Tone } from "../../types";

interface TileProps { filter?: string | undefined; label: string; value: string; sub?: ComponentChildren; tone?: Tone; title?: string; age?: ComponentChildren }

export function Tile({ filter, label, value, sub, tone, title, age }: TileProps): JSX.Element {
  const body = (
    <>
      <span class="label">{tone && <Mark tone={tone} label="" size={10} />}{label}{age}</span>
      <b>{value}</b>
      <span class="sub">{sub ?? " "}</span>
    </>
  );
  if (!filter) return <div class="tile" title={title}>{body}</div>;
  const on = view.value.query["f"] === filter;
  return (
    <button class="tile" aria-pressed={on} title={title} onClick={() => tune({ f: on ? undefined : filter })}>{body}</button>
  );
}

/** What the day is expected to end at, against what it has come to: "→ 95.4 % tonight, −0.8". */
function forecast(o: Overview): JSX.Element {
  if (o.forecast_pm < 0) return <>no forecast yet</>;
  const off = o.on_time_pm < 0 ? 0 : (o.forecast_pm - o.on_time_pm) / 10;
  return <><em title="share of all of today's promises expected to be kept">→ {permille(o.forecast_pm)}</em> tonight{off !== 0 && `, ${off < 0 ? "−" : "+"}${Math.abs(off).toFixed(1)}`}</>;
}

function cutoffTile(o: Overview, on: (name: string) => string | undefined): JSX.Element {
  const c = o.next_cutoff;
  if (!c) return <Tile filter={on("cutoff")} label="next cut-off" value="–" sub="none today" />;
  const tone: Tone = c.staged >= c.packages || c.slack_s > 900 ? "on_time" : c.slack_s >= 0 ? "at_risk" : "late";
  const name = network.value?.sites[c.site]?.name ?? "";
  const slack = c.slack_s >= 0 ? `${lasting(c.slack_s)} slack` : `${lasting(-c.slack_s)} short`;
  return (
    <Tile filter={on("cutoff")} label="next cut-off" tone={tone} value={hm(c.cutoff_s, offset.value)} title={`${name}: ${c.staged} of ${c.packages} staged`}
      sub={<>{count(c.staged)}/{count(c.packages)} staged, {slack}</>} />
  );
}

/** still: the tiles tell, and filter nothing. */
export function Strip({ reading, still = false }: { reading: Reading<Overview>; still?: boolean }): JSX.Element {
  const o = reading.data;
  if (!o && reading.error) return <section class="strip" aria-label="Key figures"><p class="quiet told">{reading.error.problem.detail || reading.error.problem.title}</p></section>;
  if (!o) return <section class="strip" aria-label="Key figures">{[...Array(8).keys()].map((i) => <div class="tile ghost" key={i}><i /><i /></div>)}</section>;
  const currency = network.value?.currency ?? "USD";
  const on = (name: string): string | undefined => (still ? undefined : name);
  const share = o.promised_today ? o.kept_today / o.promised_today : 0;
  return (
    <section class="strip" aria-label="Key figures" tabIndex={still ? 0 : undefined}>
      <Tile filter={on("promised")} label="promised today" value={count(o.promised_today)} title={`${count(o.kept_today)} kept, ${count(o.missed_today)} missed`}
        sub={o.promised_today ? <><i class="meter"><i style={{ width: `${share * 100}%` }} /></i>{count(o.kept_today)} kept</> : "nothing due today"} />
      <Tile filter={on("behind")} label="on time" value={permille(o.on_time_pm)} title="kept of kept and missed, then the share expected by the end of the day"
        sub={forecast(o)} />
      <Tile filter={on("at_risk")} label="at risk" tone={o.at_risk ? "at_risk" : "done"} value={count(o.at_risk)} sub="can still be mended" />
      <Tile filter={on("late")} label="late" tone={o.late ? "late" : "done"} value={count(o.late)} sub={o.missed_today ? `${count(o.missed_today)} missed today` : o.late ? "of earlier days" : "none missed"} />
      <Tile filter={on("silent")} label="silent" tone={o.silent ? "silent" : "done"} value={count(o.silent)} sub="no scan for too long" />
      <Tile filter={on("unassigned")} label="unassigned" value={count(o.unassigned_today)} title={`${count(o.unassigned)} packages are ready at stations and on no run`}
        sub={o.unassigned > o.unassigned_today ? `for today; ${count(o.unassigned - o.unassigned_today)} wait for later` : o.unassigned ? "for today, on no run" : "none waits at a station"} />
      {cutoffTile(o, on)}
      <Tile filter={on("out")} label="vehicles out" value={count(o.vehicles_out)} sub={o.blocks_open ? `${count(o.blocks_open)} gig ${o.blocks_open === 1 ? "block" : "blocks"} open` : "no gig block open"} />
      <Tile label="per package" age={<Age seen_ms={reading.seen_ms} error={reading.error} />} value={o.cost_c_package < 0 ? "–" : money(o.cost_c_package, currency)} sub={o.co2_g_package < 0 ? "no way chosen yet" : `${grams(o.co2_g_package)} CO₂e`} />
    </section>
  );
}
