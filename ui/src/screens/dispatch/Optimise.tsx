// A better plan is asked for, shown as what it would change, then taken or dropped.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { inOrder, locked, onRoad, openDoors } from "../../lib/board";
import { hm, lasting } from "../../lib/format";
import { Modal } from "../../parts/Modal";
import { Failure } from "../../parts/States";
import { ApiError, newKey, post } from "../../net/api";
import { chosen, editOf, send } from "../../state/board";
import { beat, offset } from "../../state/live";
import type { Answer, Board } from "../../types";
import { Diff } from "./Diff";
import { parted, things } from "./hands";

const WAIT_MS = 120_000;

export function Optimise({ board, first, close, again }: { board: Board; first: readonly number[]; close: () => void; again: () => void }): JSX.Element {
  const open = inOrder(board.runs).filter((r) => !onRoad(r));
  const runs = useSignal<ReadonlySet<number>>(new Set(first.length ? first.filter((n) => open.some((r) => r.bar.run === n)) : open.map((r) => r.bar.run)));
  const some = parted(board, [...chosen.value]).pool;
  const pool = useSignal<"none" | "selected" | "all">(some.length ? "selected" : "all");
  const found = useSignal<Answer | null>(null), error = useSignal<ApiError | null>(null), since = useSignal(0);
  const alive = useRef(true);
  // a proposal that nobody looks at any more is dropped, so that none is left lying on the server
  const drop = (proposal: number): void => void post("board/discard", { proposal }, { key: newKey() }).catch(() => undefined);
  const held = useRef(-1);
  useEffect(() => () => {
    alive.current = false;
    if (held.current >= 0) drop(held.current);
  }, []);
  const ask = async (): Promise<void> => {
    since.value = Date.now();
    error.value = null;
    try {
      const body = { station: board.station, runs: [...runs.value], pool: pool.value === "selected" ? some : [], whole_pool: pool.value === "all" };
      const answer = await post<Answer>("board/optimise", body, { key: newKey(), timeout_ms: WAIT_MS });
      if (!alive.current) return drop(answer.proposal);
      held.current = answer.proposal;
      found.value = answer;
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    } finally {
      since.value = 0;
    }
  };
  const take = (): void => {
    const proposal = found.value!.proposal;
    held.current = -1;
    close();
    void send(editOf("accept", { proposal }, `Take the better plan for ${things(runs.value.size, "run")}`), again);
  };
  const back = (): void => {
    drop(found.value!.proposal);
    held.current = -1;
    found.value = null;
  };
  const busy = since.value > 0, answer = found.value;
  if (answer) {
    const same = answer.moved === 0 && answer.runs.every((c) => c.before.dist_m === c.after.dist_m && c.before.packages === c.after.packages);
    return (
      <Modal title="A better plan" close={close} wide>
        {same ? <p class="lead">The plan stays as it is: nothing better was found in the time given.</p>
          : <p class="lead">{things(answer.moved, "stop")} would change {answer.runs.length > 1 ? "run or place" : "place"}. Nothing is changed until you accept.</p>}
        <div class="scroll"><Diff answer={answer} moved /></div>
        <footer><button class="button main" disabled={same} autofocus onClick={take}>Accept</button><button class="button" onClick={back}>Discard</button></footer>
      </Modal>
    );
  }
  const kept = open.filter((r) => runs.value.has(r.bar.run)).flatMap(openDoors).filter((d) => d.locked).length;
  return (
    <Modal title="Optimise" close={close}>
      <fieldset disabled={busy} class="scope">
        <legend>Which runs</legend>
        <div class="rowed"><button class="link" onClick={() => (runs.value = new Set(open.map((r) => r.bar.run)))}>all</button><button class="link" onClick={() => (runs.value = new Set())}>none</button><span class="quiet">runs on the road keep their order</span></div>
        <ul>
          {open.map((r) => (
            <li key={r.bar.run}><label class="check"><input type="checkbox" checked={runs.value.has(r.bar.run)} onChange={(e) => { const next = new Set(runs.value); e.currentTarget.checked ? next.add(r.bar.run) : next.delete(r.bar.run); runs.value = next; }} />
              <span>{r.bar.name}</span><span class="quiet">{hm(r.bar.depart_s, offset.value)}, {things(openDoors(r).length, "door")}{locked(r) && ", locked"}</span></label></li>
          ))}
        </ul>
        {open.length === 0 && <p class="quiet">Every run has left.</p>}
      </fieldset>
      <fieldset disabled={busy} class="scope">
        <legend>Unassigned packages</legend>
        <div class="seg" role="group" aria-label="Unassigned packages">
          <button aria-pressed={pool.value === "none"} onClick={() => (pool.value = "none")}>none</button>
          {some.length > 0 && <button aria-pressed={pool.value === "selected"} onClick={() => (pool.value = "selected")}>the {some.length} selected</button>}
          <button aria-pressed={pool.value === "all"} onClick={() => (pool.value = "all")}>all {board.unassigned.length}</button>
        </div>
      </fieldset>
      <p class="quiet">{kept > 0 ? `${things(kept, "locked stop")} keep run and order.` : "Locked stops keep run and order; none is locked here."}</p>
      {error.value && <Failure error={error.value} />}
      <footer><button class="button main" disabled={busy || (runs.value.size === 0 && pool.value === "none")} onClick={() => void ask()}>{busy ? `Searching, ${lasting((beat.value - since.value) / 1000)}` : "Find a better plan"}</button></footer>
    </Modal>
  );
}
