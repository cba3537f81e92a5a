// What a better plan would change, beside the map that draws it: taken, or dropped. It says so when it is void.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { hm, lasting, money } from "../../lib/format";
import { placeWords, ranked, same } from "../../lib/plan";
import { Icon } from "../../parts/Icon";
import { network, offset } from "../../state/live";
import { accept, discard, offered, refusal, taking } from "../../state/plan";
import { useRead } from "../../state/read";
import { at } from "../../state/view";
import type { Plan, Shift } from "../../types";
import { Diff, runWords } from "./Diff";
import { dialog, stand, things } from "./hands";

const LOOK_MS = 4000, FEW = 60;

/** Rows, and more of them when asked for. */
function useFew<T>(all: readonly T[]): { shown: readonly T[]; more: JSX.Element | null } {
  const whole = useSignal(false), shown = whole.value ? all : all.slice(0, FEW);
  return { shown, more: shown.length < all.length ? <button class="link" onClick={() => (whole.value = true)}>all {all.length}</button> : null };
}

function Moves({ plan }: { plan: Plan }): JSX.Element {
  const { shown, more } = useFew(ranked(plan.moved));
  const name = (n: number): string => { const run = plan.runs.find((c) => c.run === n); return run ? runWords(run) : `run ${n}`; };
  const label = (s: Shift): string => (s.packages.length > 1 ? `${s.packages[0]} and ${s.packages.length - 1} more` : String(s.packages[0]));
  return (
    <div class="moves" tabIndex={0} role="group" aria-label="Stops that move">
      <table class="diff">
        <caption>Stops that move. On the map: amber to another run, green from the pool, rings to another place.</caption>
        <thead><tr><th>package</th><th>from</th><th>to</th></tr></thead>
        <tbody>{shown.map((s) => (
          <tr key={s.packages[0]}>
            <td><button class="link" onClick={() => stand(s.run < 0 ? "pool" : "runs", s.run < 0 ? `u${s.packages[0]}` : `d${s.packages[0]}`)} title="Show it on the board">{label(s)}</button></td>
            <td class="quiet">{placeWords(name, s.run, s.place)}</td><td>{placeWords(name, s.to_run, s.to_place)}</td>
          </tr>
        ))}</tbody>
      </table>
      {more}
    </div>
  );
}

function Stays({ plan }: { plan: Plan }): JSX.Element | null {
  const { shown, more } = useFew(plan.unassigned);
  if (shown.length === 0) return null;
  return <div class="stays"><h3>Still on no run</h3><ul>{shown.map((u) => <li key={u.packages[0]}><b>{u.packages.join(", ")}</b> {u.words}</li>)}</ul>{more}</div>;
}

export function ProposalPanel({ again }: { again: () => void }): JSX.Element | null {
  const plan = offered.value, said = useRead<Plan>(plan ? `plans/${plan.proposal}` : null, {}, LOOK_MS).value.data;
  const main = useRef<HTMLButtonElement>(null);
  useEffect(() => main.current?.focus(), [plan?.proposal]);
  if (!plan) return null;
  const now = said?.proposal === plan.proposal ? said : plan, error = refusal.value;
  const why = error ? error.problem.detail || error.problem.title : now.state === "stale" ? now.why : now.state === "expired" ? `it was void from ${hm(now.expires_s, offset.value)} on` : "";
  const gained = plan.before_c - plan.after_c, currency = network.value?.currency ?? "USD", nothing = same(plan);
  const anew = (): void => { const runs = plan.runs.map((c) => c.run); discard(); dialog.value = { kind: "optimise", runs }; };
  const words = [
    `${things(plan.moved.length - plan.moved.filter((s) => s.run < 0).length, "stop")} would move`,
    plan.assigned.length > 0 && `${things(plan.assigned.length)} from the pool`,
    plan.unassigned.length > 0 && `${things(plan.unassigned.reduce((n, u) => n + u.packages.length, 0))} stay there`,
  ].filter(Boolean).join(", ");
  return (
    <section class={why ? "outcome proposal void" : "outcome proposal"} aria-labelledby="proposal-title">
      <header>
        <h2 id="proposal-title" class={why ? "verdict bad" : "verdict"}>{why ? <><Icon name="close" size={16} />The plan is void</> : nothing ? "No better plan" : "A better plan"}</h2>
        <b>{nothing ? "The plan stays as it is: nothing better was found in the time given." : words}</b>
        {gained > 0 && <span class="quiet">objective −{money(gained, currency)}, searched {lasting(plan.seconds)}</span>}
        {!nothing && !why && <button ref={main} class="button main" disabled={taking.value || at.value !== undefined} onClick={() => void accept(again)}>{taking.value ? "Taking it…" : "Accept"} <kbd>Enter</kbd></button>}
        {why && <button ref={main} class="button main" onClick={anew}>Ask anew</button>}
        <button class="button" disabled={taking.value} onClick={discard}>Discard <kbd>Esc</kbd></button>
      </header>
      {why && <p role="alert">{why}. {error?.problem.remedy ? `${error.problem.remedy}.` : "Nothing was changed; ask for a new plan."}</p>}
      {!nothing && <div class="shown"><div class="figures" tabIndex={0} role="group" aria-label="Before and after"><Diff answer={{ runs: plan.runs, before: plan.before, after: plan.after, moved: plan.moved.length }} moved /></div><Moves plan={plan} /></div>}
      <Stays plan={plan} />
    </section>
  );
}
