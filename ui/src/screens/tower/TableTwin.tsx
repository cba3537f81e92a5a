// The map as a table: every vehicle that the map shows, sortable, by keyboard and screen reader.
import type { JSX } from "preact";
import { hm, lasting, words } from "../../lib/format";
import { toneOf } from "../../lib/tone";
import { Status } from "../../parts/Glyph";
import { Empty } from "../../parts/States";
import { VirtualList } from "../../parts/VirtualList";
import { network, offset } from "../../state/live";
import { tune, view } from "../../state/view";
import type { Positions, RunBar, Tone } from "../../types";

interface Line { id: string; kind: string; tone: Tone; name: string; station: string; done: number; doors: number; next_s: number; shift_s: number; age_s: number; lat: number; lon: number; estimated: boolean }

const COLUMNS: { key: keyof Line; label: string; num?: boolean }[] = [
  { key: "tone", label: "status" }, { key: "name", label: "name" }, { key: "kind", label: "kind" }, { key: "station", label: "from" },
  { key: "done", label: "doors", num: true }, { key: "next_s", label: "next", num: true }, { key: "shift_s", label: "behind", num: true }, { key: "age_s", label: "heard", num: true },
];

function linesOf(seen: Positions, runs: readonly RunBar[], shows: (tone: Tone, id: string) => boolean): Line[] {
  const bars = new Map(runs.map((b) => [`r${b.run}`, b]));
  return seen.id.flatMap((id, i) => {
    const bar = bars.get(id), tone = seen.tone[i]!;
    if (!shows(tone, id)) return [];
    return [{
      id, tone, kind: seen.kind[i]!, name: bar?.name ?? id.toUpperCase(), station: bar ? network.value?.sites[bar.station]?.name ?? "" : "",
      done: bar ? bar.done_s.filter((t) => t >= 0).length : -1, doors: bar?.plan_s.length ?? -1, next_s: bar?.next_s ?? -1, shift_s: bar?.shift_s ?? 0,
      age_s: seen.age_s[i]!, lat: seen.lat[i]!, lon: seen.lon[i]!, estimated: seen.estimated[i]!,
    }];
  });
}

function compare(a: Line, b: Line, by: keyof Line): number {
  if (by === "tone") return toneOf(b.tone).rank - toneOf(a.tone).rank;
  const [x, y] = [a[by], b[by]];
  return typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
}

export function TableTwin({ seen, runs, shows, chosen, choose }: { seen: Positions | null; runs: readonly RunBar[]; shows: (tone: Tone, id: string) => boolean; chosen: string; choose: (id: string) => void }): JSX.Element {
  const raw = view.value.query["by"] ?? "tone";
  const down = raw.startsWith("-");
  const by = (COLUMNS.find((c) => c.key === raw.replace("-", ""))?.key ?? "tone");
  const lines = seen ? linesOf(seen, runs, shows).sort((a, b) => (down ? -1 : 1) * compare(a, b, by) || a.id.localeCompare(b.id)) : [];
  return (
    <div class="twin-table">
      <div class="table-head" role="group" aria-label="Sort by">
        {COLUMNS.map((c) => (
          <button key={c.key} class={c.num ? "num" : ""} aria-pressed={by === c.key} onClick={() => tune({ by: by === c.key && !down ? `-${c.key}` : c.key === "tone" ? undefined : c.key })}>
            {c.label}{by === c.key ? (down ? " ↓" : " ↑") : ""}
          </button>
        ))}
      </div>
      {lines.length === 0 ? <Empty title="Nothing is moving">Vehicles stand here from when they leave until they are back.</Empty> : (
        <VirtualList items={lines} rowHeight={36} id={(l) => l.id} label="Vehicles" active={lines.findIndex((l) => l.id === chosen)}
          row={(l) => (
            <button class={l.id === chosen ? "line chosen" : "line"} aria-pressed={l.id === chosen} onClick={() => choose(l.id)}>
              <Status tone={l.tone} /><b>{l.name}</b><span>{words(l.kind)}</span><span>{l.station}</span>
              <span class="num">{l.done < 0 ? "–" : `${l.done} / ${l.doors}`}</span><span class="num">{hm(l.next_s, offset.value)}</span>
              <span class="num">{l.shift_s > 60 ? lasting(l.shift_s) : "–"}</span>
              <span class={l.estimated ? "num guess" : "num"} title={l.estimated ? "place estimated by plan" : "as last reported"}>{l.estimated ? "≈ " : ""}{lasting(l.age_s)} ago</span>
            </button>
          )} />
      )}
    </div>
  );
}
