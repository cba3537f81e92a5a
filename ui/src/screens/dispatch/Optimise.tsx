// A better plan is asked for: which runs, what of the pool, for how long, what counts. What comes is shown by Proposal.tsx.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { locked, openDoors, toggled } from "../../lib/board";
import { hm, lasting } from "../../lib/format";
import { AIMS, asked, plannable, SECONDS, type Aim, type Wish } from "../../lib/plan";
import { ApiError, post } from "../../net/api";
import { Modal } from "../../parts/Modal";
import { Failure } from "../../parts/States";
import { chosen } from "../../state/board";
import { beat, may, offset } from "../../state/live";
import { drop, offer } from "../../state/plan";
import type { Board, Plan } from "../../types";
import { parted, things } from "./hands";

const SPARE_MS = 60_000;

export function Optimise({ board, first, close }: { board: Board; first: readonly number[]; close: () => void }): JSX.Element {
  const { open, ticked } = plannable(board.runs, first), some = parted(board, [...chosen.value]).pool;
  const own = !may("NETWORK_READ");
  const runs = useSignal<ReadonlySet<number>>(ticked), pool = useSignal<Wish["pool"]>(own ? "none" : some.length ? "selected" : "all");
  const seconds = useSignal<number>(5), aim = useSignal<Aim>("cost");
  const since = useSignal(0), error = useSignal<ApiError | null>(null), alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  const ask = async (): Promise<void> => {
    since.value = Date.now();
    error.value = null;
    try {
      const wish = { runs: runs.value, pool: pool.value, selected: some, seconds: seconds.value, aim: aim.value };
      const plan = await post<Plan>("board/optimise", asked(board.station, wish), { timeout_ms: seconds.value * 1000 + SPARE_MS });
      // nobody waits for it any more: it is not left lying on the server
      if (!alive.current) return drop(plan.proposal);
      offer(plan);
      close();
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    } finally {
      since.value = 0;
    }
  };
  const busy = since.value > 0, kept = open.filter((r) => runs.value.has(r.bar.run)).flatMap(openDoors).filter((d) => d.locked).length;
  return (
    <Modal title="Optimise" close={close}>
      <fieldset disabled={busy} class="scope">
        <legend>Which runs</legend>
        <div class="rowed"><button class="link" onClick={() => (runs.value = new Set(open.map((r) => r.bar.run)))}>all</button><button class="link" onClick={() => (runs.value = new Set())}>none</button><span class="quiet">runs on the road keep their order</span></div>
        <ul>
          {open.map((r) => (
            <li key={r.bar.run}><label class="check"><input type="checkbox" checked={runs.value.has(r.bar.run)} onChange={() => (runs.value = toggled(runs.value, [r.bar.run]))} />
              <span>{r.bar.name}</span><span class="quiet">{hm(r.bar.depart_s, offset.value)}, {things(openDoors(r).length, "door")}{locked(r) && ", locked"}</span></label></li>
          ))}
        </ul>
        {open.length === 0 && <p class="quiet">Every run has left.</p>}
        {runs.value.size === 1 && pool.value === "none" && <p class="quiet">One run alone can only change its order.</p>}
      </fieldset>
      {!own && <fieldset disabled={busy} class="scope">
        <legend>Unassigned packages</legend>
        <div class="seg" role="group" aria-label="Unassigned packages">
          <button aria-pressed={pool.value === "none"} onClick={() => (pool.value = "none")}>none</button>
          {some.length > 0 && <button aria-pressed={pool.value === "selected"} onClick={() => (pool.value = "selected")}>the {some.length} selected</button>}
          <button aria-pressed={pool.value === "all"} onClick={() => (pool.value = "all")}>all that may go today</button>
        </div>
      </fieldset>}
      <div class="two">
        <fieldset disabled={busy} class="scope"><legend>What counts</legend><div class="seg" role="group" aria-label="What counts">{AIMS.map(([key, name]) => <button key={key} aria-pressed={aim.value === key} onClick={() => (aim.value = key)}>{name}</button>)}</div></fieldset>
        <fieldset disabled={busy} class="scope"><legend>Search for</legend><div class="seg" role="group" aria-label="Search for">{SECONDS.map((s) => <button key={s} aria-pressed={seconds.value === s} onClick={() => (seconds.value = s)}>{s} s</button>)}</div></fieldset>
      </div>
      <p class="quiet">{kept > 0 ? `${things(kept, "locked stop")} keep run and order.` : "Locked stops keep run and order; none is locked here."} Nothing is changed until you accept.</p>
      {error.value && <Failure error={error.value} />}
      <footer>
        <button class="button main" disabled={busy || runs.value.size === 0} autofocus onClick={() => void ask()}>{busy ? `Searching, ${lasting((beat.value - since.value) / 1000)} of ${seconds.value} s` : "Find a better plan"}</button>
        {busy && <span class="quiet" role="status">Others work on meanwhile; so can you when this is closed.</span>}
      </footer>
    </Modal>
  );
}
