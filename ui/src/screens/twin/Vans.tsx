// Vans out of service: in the twin as it goes on, or in a fork of its day. Brought back here or at the board.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../parts/Icon";
import { Failure } from "../../parts/States";
import { ApiError, get, newKey, post } from "../../net/api";
import { network } from "../../state/live";
import { tell } from "../../state/toast";
import type { NetworkShape, VehicleShape } from "../../types";

const VANS = ["own", "dsp"];
const things = (n: number): string => `${n} ${n === 1 ? "van" : "vans"}`;

export function Vans({ forked }: { forked: () => void }): JSX.Element {
  const stations = network.value?.sites.filter((s) => s.kind === "station") ?? [];
  const station = useSignal(stations[0]?.site ?? -1), many = useSignal(2), busy = useSignal(false), error = useSignal<ApiError | null>(null);
  const mine = network.value?.vehicles.filter((v) => v.station === station.value && VANS.includes(v.way)) ?? [];
  const there = mine.filter((v) => !v.out), out = mine.filter((v) => v.out);
  const name = stations.find((s) => s.site === station.value)?.name ?? "";
  const doing = async (deed: () => Promise<void>): Promise<void> => {
    busy.value = true;
    error.value = null;
    try {
      await deed();
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    } finally {
      busy.value = false;
    }
  };
  const serve = async (which: readonly VehicleShape[], away: boolean): Promise<void> => {
    for (const { vehicle } of which) await post("board/service", { vehicle, out: away, release: away }, { key: newKey() });
    network.value = await get<NetworkShape>("network");
    tell(`${things(which.length)} of ${name} ${away ? "out of service" : "back in service"}`);
  };
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const forks = (event.submitter as HTMLButtonElement | null)?.value === "fork", which = there.slice(0, many.value);
    void doing(async () => {
      if (!forks) return serve(which, true);
      await post("twin/fork", { name: `${things(which.length)} of ${name} out`, vehicles: which.map((v) => v.vehicle) });
      forked();
    });
  };
  return (
    <form class="inject" onSubmit={send}>
      <header><Icon name="van" /><div><b>Vans down</b><p class="quiet">what they were to bring waits for others</p></div></header>
      <label>how many<input class="field n" type="number" min={1} max={Math.max(1, there.length)} required value={many.value} onInput={(e) => (many.value = Number(e.currentTarget.value))} /></label>
      <label>of<select value={station.value} onChange={(e) => (station.value = Number(e.currentTarget.value))}>{stations.map((s) => <option key={s.site} value={s.site}>{s.name}</option>)}</select></label>
      <p class="quiet">{there.length} in service{out.length > 0 && <>, {out.length} out <button type="button" class="link" disabled={busy.value} onClick={() => void doing(() => serve(out, false))}>bring back</button></>}</p>
      {error.value && <Failure error={error.value} />}
      <div class="deeds">
        <button class="button" disabled={busy.value || there.length === 0}>{busy.value ? "Sending…" : "Let it happen"}</button>
        <button class="button" value="fork" disabled={busy.value || there.length === 0} title="Play the day to midnight twice, beside the twin: without and with it">Fork and compare</button>
      </div>
    </form>
  );
}
