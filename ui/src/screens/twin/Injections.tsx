// What is done to the twin: rain, more or fewer orders, a closed building; from now or later, for a while.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { lasting, near, nextAt } from "../../lib/format";
import { Icon, type IconName } from "../../parts/Icon";
import { Failure, Panel } from "../../parts/States";
import { ApiError, newKey, post } from "../../net/api";
import { liveNow, network, now, offset } from "../../state/live";
import { useRead } from "../../state/read";
import type { ForkShape, InjectionShape } from "../../types";
import { Forks } from "./Forks";
import { Vans } from "./Vans";

type Kind = "rain" | "orders" | "closed";

const KINDS: { kind: Kind; name: string; says: string; icon: IconName; amount?: { label: string; first: number; least: number; most: number } }[] = [
  { kind: "rain", name: "Rain", says: "driving takes longer", icon: "rain", amount: { label: "mm an hour", first: 4, least: 0.1, most: 100 } },
  { kind: "orders", name: "Orders", says: "more or fewer than would come", icon: "orders", amount: { label: "% of what would come", first: 130, least: 0, most: 1000 } },
  { kind: "closed", name: "A closed building", says: "nothing moves in it", icon: "centers" },
];
const LENGTHS = [30, 60, 120, 240, 480, 1440];

/** "Rain, 4 mm an hour, everywhere". */
function words(i: InjectionShape): string {
  const net = network.value;
  if (i.kind === "rain") return `Rain, ${i.amount / 1000} mm an hour, ${i.target < 0 ? "everywhere" : net?.regions[i.target] ?? `region ${i.target}`}`;
  if (i.kind === "orders") return `Orders at ${i.amount / 10} %`;
  return `${net?.sites[i.target]?.name ?? `Building ${i.target}`} closed`;
}

function Targets({ kind, value, set }: { kind: Kind; value: number; set: (n: number) => void }): JSX.Element | null {
  const net = network.value;
  if (!net || kind === "orders") return null;
  const all: [number, string][] = kind === "rain" ? [[-1, "everywhere"], ...net.regions.map((name, i): [number, string] => [i, name])]
    : net.sites.filter((s) => s.kind !== "locker").map((s) => [s.site, s.name]);
  return <label>where<select value={value} onChange={(e) => set(Number(e.currentTarget.value))}>{all.map(([n, name]) => <option key={n} value={n}>{name}</option>)}</select></label>;
}

/** What a fork is called: what is done to it. */
function title(it: (typeof KINDS)[number], amount: number, target: number, from: string): string {
  const done = words({ kind: it.kind, amount: amount * (it.kind === "rain" ? 1000 : 10), target, from_s: 0, until_s: 0 });
  return from ? `${done}, from ${from}` : done;
}

function Card({ it, again, forked }: { it: (typeof KINDS)[number]; again: () => void; forked: () => void }): JSX.Element {
  const first = it.kind === "closed" ? (network.value?.sites.find((s) => s.kind !== "locker")?.site ?? 0) : -1;
  const target = useSignal(first), minutes = useSignal(120), from = useSignal(""), busy = useSignal(false), error = useSignal<ApiError | null>(null);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const amount = Number(new FormData(event.currentTarget as HTMLFormElement).get("amount") ?? 0);
    const forks = (event.submitter as HTMLButtonElement | null)?.value === "fork";
    busy.value = true;
    error.value = null;
    try {
      const from_s = from.value ? nextAt(from.value, liveNow.value, offset.value) : -1;
      const asked = { kind: it.kind, minutes: minutes.value, amount, target: target.value, from_s };
      if (forks) await post("twin/fork", { name: title(it, amount, target.value, from.value), injections: [asked] });
      else await post("twin/inject", asked, { key: newKey() });
      (forks ? forked : again)();
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="inject" onSubmit={(e) => void send(e)}>
      <header><Icon name={it.icon} /><div><b>{it.name}</b><p class="quiet">{it.says}</p></div></header>
      {it.amount && <label>{it.amount.label}<input class="field n" name="amount" type="number" min={it.amount.least} max={it.amount.most} step="any" required defaultValue={String(it.amount.first)} /></label>}
      <Targets kind={it.kind} value={target.value} set={(n) => (target.value = n)} />
      <label>from<span class="rowed"><input class="field n" type="time" aria-label={`${it.name}: from, empty for now`} value={from.value} onInput={(e) => (from.value = e.currentTarget.value)} />{from.value ? <button type="button" class="link" onClick={() => (from.value = "")}>now</button> : <span class="quiet">now</span>}</span></label>
      <label>for<select value={minutes.value} onChange={(e) => (minutes.value = Number(e.currentTarget.value))}>{LENGTHS.map((m) => <option key={m} value={m}>{lasting(m * 60)}</option>)}</select></label>
      {error.value && <Failure error={error.value} />}
      <div class="deeds">
        <button class="button" disabled={busy.value}>{busy.value ? "Sending…" : "Let it happen"}</button>
        <button class="button" value="fork" disabled={busy.value} title="Play the day to midnight twice, beside the twin: without and with it">Fork and compare</button>
      </div>
    </form>
  );
}

export function Injections(): JSX.Element {
  const reading = useRead<InjectionShape[]>("twin/injections", {}, 3000).value;
  const forks = useRead<ForkShape[]>("twin/forks", {}, 1500).value;
  const state = (i: InjectionShape): string => (i.until_s <= now.value ? "over" : i.from_s > now.value ? `in ${lasting(i.from_s - now.value)}` : `${lasting(i.until_s - now.value)} left`);
  return (
    <section aria-labelledby="inject"><h2 id="inject">What if?</h2>
      <div class="injects">{KINDS.map((it) => <Card key={it.kind} it={it} again={reading.again} forked={forks.again} />)}<Vans forked={forks.again} /></div>
      <Forks reading={forks} />
      <Panel reading={reading} rows={2}>
        {(all) => all.length === 0 ? <p class="quiet">Nothing was done to this twin yet. What is done stands in its journal.</p> : (
          <table class="injected"><thead><tr><th>done to the twin</th><th>from</th><th>until</th><th>now</th></tr></thead>
            <tbody>{all.map((i, n) => <tr key={n}><td><b>{words(i)}</b></td><td>{near(i.from_s, now.value, offset.value)}</td><td>{near(i.until_s, now.value, offset.value)}</td><td class={i.until_s > now.value && i.from_s <= now.value ? "" : "quiet"}>{state(i)}</td></tr>)}</tbody>
          </table>
        )}
      </Panel>
    </section>
  );
}
