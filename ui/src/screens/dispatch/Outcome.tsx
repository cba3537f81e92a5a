// What the last edit came to, or why it was refused and what would have fit.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { count, grams, hm, litres, metres, words } from "../../lib/format";
import { Icon } from "../../parts/Icon";
import { may, offset } from "../../state/live";
import { closeOutcome, editOf, outcome, send, type Edit, type Outcome } from "../../state/board";
import type { Misfit } from "../../types";
import { Diff } from "./Diff";

const SAY: Record<string, (n: number) => string> = { ml: litres, g: grams, m: metres };

/** "short by 12.3 l". */
const shortBy = (m: Misfit): string => (m.unit === "access" ? "barred" : `short by ${(SAY[m.unit] ?? ((n: number) => `${count(n)} ${m.unit}`))(m.short)}`);

const FORCED = new Set(["move", "put", "swap", "open", "start"]);

interface Props { station: number; again: () => void }

const FEW = 3;

function Misfits({ all }: { all: readonly Misfit[] }): JSX.Element {
  const whole = useSignal(false), shown = whole.value || all.length <= FEW + 1 ? all : all.slice(0, FEW);
  return (
    <ul class="misfits">
      {shown.map((m, i) => (
        <li key={i}><span class={m.soft ? "limit soft" : "limit"}>{m.soft ? "promise" : words(m.limit.replace(/^NO_/, ""))}</span><b>{shortBy(m)}</b><span>{m.words}</span></li>
      ))}
      {shown.length < all.length && <li><button class="link" onClick={() => (whole.value = true)}>all {all.length}</button></li>}
    </ul>
  );
}

function Refused({ o, again }: { o: Extract<Outcome, { state: "refused" }>; again: () => void }): JSX.Element {
  const { edit, misfits, error } = o, p = error.problem;
  const soft = misfits.length > 0 && misfits.every((m) => m.soft) && FORCED.has(edit.verb);
  const one = misfits.find((m) => m.start_s >= 0 && m.run >= 0 && m.run === edit.body["run"]);
  const lost = error.status === 0;
  const earlier = async (m: Misfit): Promise<void> => {
    const answer = await send(editOf("start", { run: m.run, start_s: m.start_s }, `Run ${m.run} leaves at ${hm(m.start_s, offset.value)}`), again);
    const into = answer?.runs.find((c) => c.run === m.run)?.into;
    if (answer) await send(editOf(edit.verb, { ...edit.body, run: into !== undefined && into >= 0 ? into : m.run }, edit.says, edit.packages), again);
  };
  return (
    <>
      <header>
        <span class="verdict bad"><Icon name="close" size={16} />{lost ? "No answer" : "Refused"}</span>
        <b>{edit.says}</b>
        {soft && <button class="button" onClick={() => void send(editOf(edit.verb, { ...edit.body, force: true }, `${edit.says}, forced`, edit.packages), again)} title="A promise alone is broken: it can be done all the same">Force: break the promise</button>}
        {one && <button class="button" onClick={() => void earlier(one)}>Leave at {hm(one.start_s, offset.value)}, then do it</button>}
        {lost && <button class="button" onClick={() => void send(edit as Edit, again)}>Send again</button>}
        <button class="plain" aria-label="Close" onClick={closeOutcome}><Icon name="close" size={16} /></button>
      </header>
      {misfits.length > 0 ? <Misfits all={misfits} /> : <p>{p.detail || p.title}{p.remedy ? `. ${p.remedy}` : ""}</p>}
    </>
  );
}

export function OutcomePanel({ station, again }: Props): JSX.Element | null {
  const o = outcome.value;
  if (!o) return null;
  if (o.state === "sending") return <section class="outcome" role="status"><header><span class="verdict">Sending…</span><b>{o.edit.says}</b></header></section>;
  if (o.state === "refused") return <section class="outcome" role="alert"><Refused o={o} again={again} /></section>;
  const { answer, edit } = o;
  const undone = edit.verb === "undo" || edit.verb === "redo", says = `Undo: ${edit.says}`;
  // whoever may plan, and not edit, takes back the plan that was taken
  const back = may("PLANS_WRITE") ? editOf("undo", { station }, says) : { ...editOf("undo", {}, says), path: `plans/${answer.proposal}/undo` };
  return (
    <section class="outcome" role="status">
      <header>
        <span class="verdict good"><Icon name="done" size={16} />{answer.edit < 0 && answer.runs.length === 0 ? "Nothing to change" : "Done"}</span>
        <b>{edit.says}</b>
        {answer.pool.length > 0 && <span class="quiet">{count(answer.pool.length)} {answer.pool.length === 1 ? "package" : "packages"} to the pool</span>}
        {!undone && answer.edit >= 0 && <button class="button" onClick={() => void send(back, again)}>Undo {may("PLANS_WRITE") && <kbd>u</kbd>}</button>}
        {edit.verb === "undo" && may("PLANS_WRITE") && <button class="button" onClick={() => void send(editOf("redo", { station }, "Do it again"), again)}>Do it again <kbd>Shift u</kbd></button>}
        <button class="plain" aria-label="Close" onClick={closeOutcome}><Icon name="close" size={16} /></button>
      </header>
      {answer.runs.length > 0 && <Diff answer={answer} />}
      {answer.runs.some((c) => c.broken.length > 0) && <Misfits all={answer.runs.flatMap((c) => c.broken)} />}
      {answer.fits.length > 0 && <Misfits all={answer.fits} />}
    </section>
  );
}
