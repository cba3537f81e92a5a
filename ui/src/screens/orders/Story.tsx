// A story line by line: when, what, where, by whom, and why.
import type { JSX } from "preact";
import { dayOf, dayWord, hm } from "../../lib/format";
import { href } from "../../state/view";
import { rightsOf } from "../../lib/places";
import { may, offset } from "../../state/live";
import type { Moment } from "../../types";

export interface Told extends Moment { tag?: string }

export function Story({ lines, next }: { lines: readonly Told[]; next?: JSX.Element | null }): JSX.Element {
  let day = -1;
  // each line leads to its moment, for those who may see the tower
  const back = may(...rightsOf("/"));
  return (
    <ol class="story">
      {lines.map((m, i) => {
        const turned = dayOf(m.at_s, offset.value) !== day;
        day = dayOf(m.at_s, offset.value);
        return (
          <li key={i} class={i === lines.length - 1 && !next ? "last" : ""}>
            {turned && <h3>{dayWord(m.at_s, offset.value)}</h3>}
            <time title={hm(m.at_s, offset.value, true)}>
              {back ? <a href={href(`/?at=${m.at_s}`)} title={`The network at ${hm(m.at_s, offset.value, true)}`}>{hm(m.at_s, offset.value)}</a> : hm(m.at_s, offset.value)}
            </time>
            <div>
              <p><b>{m.what.replace(/^./, (c) => c.toUpperCase())}</b>{m.where && <span> {m.where}</span>}{m.who && <span class="who"> {m.who}</span>}{m.tag && <span class="tag">{m.tag}</span>}</p>
              {m.why && <p class="why">{m.why}</p>}
            </div>
          </li>
        );
      })}
      {next}
    </ol>
  );
}
