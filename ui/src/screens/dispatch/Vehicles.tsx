// The station's vehicles, in and out of service; and another departure for a run.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { dayStart, hm, words } from "../../lib/format";
import { Modal } from "../../parts/Modal";
import { editOf, send, vehicles } from "../../state/board";
import { offset } from "../../state/live";
import type { Board } from "../../types";

interface Props { board: Board; close: () => void; again: () => void }

export function Vehicles({ board, close, again }: Props): JSX.Element {
  const mine = vehicles.value.filter((v) => v.station === board.station);
  return (
    <Modal title="Vehicles" close={close}>
      <ul class="fleet">
        {mine.map((v) => {
          const run = board.runs.find((r) => r.bar.vehicle === v.vehicle), planned = run?.bar.status === "planned";
          const serve = (out: boolean): void => {
            close();
            void send(editOf("service", { vehicle: v.vehicle, out, release: out && planned }, `${v.name} ${out ? "out of service" : "back in service"}`), again);
          };
          return (
            <li key={v.vehicle}>
              <b>{v.name}</b><span class="quiet">{words(v.way)}</span>
              <span class={v.out ? "bad" : "quiet"}>{v.out ? "out of service" : run ? (planned ? `leaves ${hm(run.bar.depart_s, offset.value)}` : "on the road") : "free"}</span>
              {v.out ? <button class="button" onClick={() => serve(false)}>Bring back</button>
                : <button class="button" title={planned ? "What it was to bring goes back to the pool" : ""} onClick={() => serve(true)}>{planned ? "Out, release its run" : "Take out"}</button>}
            </li>
          );
        })}
      </ul>
    </Modal>
  );
}

export function StartAt({ board, run, close, again }: Props & { run: number }): JSX.Element {
  const mine = board.runs.find((r) => r.bar.run === run);
  const text = useSignal(mine ? hm(mine.bar.depart_s, offset.value) : "");
  const take = (e: SubmitEvent): void => {
    e.preventDefault();
    const [h, m] = text.value.split(":").map(Number);
    if (!mine || h === undefined || m === undefined) return;
    const start_s = dayStart(mine.bar.depart_s, offset.value) + h * 3600 + m * 60;
    close();
    void send(editOf("start", { run, start_s }, `${mine.bar.name} leaves at ${text.value}`), again);
  };
  return (
    <Modal title={`When does ${mine?.bar.name ?? "it"} leave?`} close={close}>
      <form class="start" onSubmit={take}>
        <input class="field n" type="time" required autofocus aria-label="Departure" value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} />
        <button class="button main">Set departure</button>
      </form>
    </Modal>
  );
}
