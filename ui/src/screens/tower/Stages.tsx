// Open packages by stage, in the order of their journey: where the work stands, and where it is in danger.
import type { JSX } from "preact";
import { count } from "../../lib/format";
import { Mark } from "../../parts/Glyph";
import type { StageShape } from "../../types";

/** Said so that it means something away from a package's own story. */
const WORDS: Record<string, string> = { moving: "on a truck", ready: "at a station", out: "on the way to the door", failed: "tried in vain", "at locker": "in a locker" };

export function Stages({ stages }: { stages: readonly StageShape[] }): JSX.Element {
  return (
    <aside class="stage-list" aria-label="Packages by stage">
      <dl>
        {stages.map((s) => (
          <div key={s.stage} data-stage={s.stage} title={`${count(s.packages)} ${s.stage}, ${count(s.at_risk)} at risk, ${count(s.late)} late`}>
            <dt>{WORDS[s.stage] ?? s.stage}</dt>
            <dd>{s.late > 0 ? <Mark tone="late" label={`${s.late} late`} size={9} /> : s.at_risk > 0 ? <Mark tone="at_risk" label={`${s.at_risk} at risk`} size={9} /> : null}<b>{count(s.packages)}</b></dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
