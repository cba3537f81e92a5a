// Before and after, run by run: what an edit, or a proposal, comes to.
import type { JSX } from "preact";
import { figures, type Figure } from "../../lib/board";
import { count, grams, hm, hours, lasting, metres, money, signed } from "../../lib/format";
import { network, offset } from "../../state/live";
import { vehicleName } from "../../state/board";
import type { Answer, RunChange, Totals } from "../../types";

const say: Record<string, (n: number) => string> = {
  doors: count, "late doors": count, distance: metres, time: hours, lateness: (s) => lasting(s),
  "CO₂e": (mg) => grams(Math.round(mg / 1000)), cost: (c) => money(c, network.value?.currency ?? "USD"),
};

function Cell({ f }: { f: Figure }): JSX.Element {
  const words = say[f.name]!;
  if (f.before === f.after) return <td class="num quiet">{words(f.after)}</td>;
  return (
    <td class="num">
      <span class="quiet">{words(f.before)}</span> <span class="to" aria-label="becomes">→</span> <b>{words(f.after)}</b>
      <em class={f.better ? "good" : f.worse ? "bad" : ""}>{signed(f.after - f.before, words)}</em>
    </td>
  );
}

export const runWords = (c: RunChange): string => (c.vehicle >= 0 ? vehicleName(c.vehicle) : `driver of block ${c.block}`);

/** Heads, a row a run, and their sum. moved: of a plan that is offered; its sum comes first; departures stay, and the cost stands in its title. */
export function Diff({ answer, moved = false }: { answer: Pick<Answer, "runs" | "before" | "after" | "moved">; moved?: boolean }): JSX.Element {
  const shown = (c: { before: Totals; after: Totals }): Figure[] => figures(c.before, c.after).filter((f) => !moved || !["late doors", "cost"].includes(f.name));
  const heads = shown(answer);
  const sum = answer.runs.length > 1 && <tr class="sum"><td>together</td>{!moved && <td />}{moved && <td class="num">{answer.moved}</td>}{heads.map((f) => <Cell key={f.name} f={f} />)}</tr>;
  return (
    <table class="diff">
      <thead><tr><th>run</th>{!moved && <th>leaves</th>}{moved && <th class="num">moved</th>}{heads.map((f) => <th key={f.name} class="num">{f.name}</th>)}</tr></thead>
      <tbody>
        {moved && sum}
        {answer.runs.map((c) => (
          <tr key={`${c.run}.${c.vehicle}.${c.block}`}>
            <td><b>{runWords(c)}</b> <span class="quiet">{c.run < 0 ? "new" : c.into < 0 && (!moved || c.after.doors === 0) ? "dissolved" : ""}</span></td>
            {!moved && <td>{c.into < 0 ? "–" : hm(c.depart_s, offset.value)}</td>}
            {moved && <td class="num">{c.moved}</td>}
            {shown(c).map((f) => <Cell key={f.name} f={f} />)}
          </tr>
        ))}
        {!moved && sum}
      </tbody>
    </table>
  );
}
