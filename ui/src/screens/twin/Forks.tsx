// Forks: the day to midnight without and with a change, figure by figure.
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { bars, change, figure } from "../../lib/compare";
import { hm } from "../../lib/format";
import { call, ApiError } from "../../net/api";
import { Failure, Panel } from "../../parts/States";
import { network, offset } from "../../state/live";
import type { useRead } from "../../state/read";
import type { ForkShape, MeasureShape } from "../../types";

const SAYS = { good: "better", bad: "worse", same: "" };

function Row({ m }: { m: MeasureShape }): JSX.Element {
  const [base, fork] = bars(m), cur = network.value?.currency ?? "USD", by = change(m, cur);
  return (
    <tr>
      <th scope="row">{m.words}</th>
      <td class="n">{figure(m, m.base, cur)}<i class="spar" style={`--part:${base}`} /></td>
      <td class="n">{figure(m, m.fork, cur)}<i class="spar with" style={`--part:${fork}`} /></td>
      <td class={`n by-${by.tone}`}>{by.words}{SAYS[by.tone] && <small>{SAYS[by.tone]}</small>}</td>
    </tr>
  );
}

function Fork({ f, again }: { f: ForkShape; again: () => void }): JSX.Element {
  const error = useSignal<ApiError | null>(null), o = offset.value;
  const end = async (): Promise<void> => {
    try {
      await call("DELETE", `twin/forks/${f.fork}`);
      again();
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    }
  };
  return (
    <article class="fork" aria-label={f.name || `Fork ${f.fork}`}>
      <header><b>{f.name || `Fork ${f.fork}`}</b><span class="quiet">from {hm(f.at_s, o)} to midnight</span>
        <button class="link" onClick={() => void end()}>{f.state === "running" ? "End it" : "Forget it"}</button></header>
      {f.state === "running" && <p><progress max={1000} value={f.progress_pm} aria-label="Played" /> <span class="quiet">{Math.floor(f.progress_pm / 10)} % played</span></p>}
      {f.state === "failed" && <p class="bad">It failed: {f.error}</p>}
      {error.value && <Failure error={error.value} />}
      {f.state === "done" && (
        <table class="compared"><thead><tr><th scope="col">at midnight</th><th scope="col">as it stands</th><th scope="col">with it</th><th scope="col">difference</th></tr></thead>
          <tbody>{f.measures.map((m) => <Row key={m.name} m={m} />)}</tbody></table>
      )}
    </article>
  );
}

const LOOK_MS = 1000;

export function Forks({ reading }: { reading: ReturnType<typeof useRead<ForkShape[]>>["value"] }): JSX.Element {
  const running = reading.data?.some((f) => f.state === "running") ?? false;
  useEffect(() => {
    if (!running) return undefined;
    const timer = window.setInterval(reading.again, LOOK_MS); // a fork makes no turns that would say so
    return () => window.clearInterval(timer);
  }, [running]);
  return (
    <Panel reading={reading} rows={1}>
      {(all) => <>{all.map((f) => <Fork key={f.fork} f={f} again={reading.again} />)}</>}
    </Panel>
  );
}
