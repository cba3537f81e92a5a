// The control tower: what needs me now?
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useKeys } from "../../state/keyboard";
import { useRead } from "../../state/read";
import { go, tune, view } from "../../state/view";
import { stepped } from "../../lib/rows";
import type { ExceptionShape, Exceptions, Overview, RunDetail, Runs } from "../../types";
import { Gantt } from "./Gantt";
import { Inbox, take, visible } from "./Inbox";
import { MapPanel } from "./MapPanel";
import { Strip } from "./Strip";
import { TimeTravel } from "./TimeTravel";

const NARROW = [["map", "Map"], ["inbox", "Exceptions"], ["routes", "Routes"]] as const;

/** Where an exception leads: its run on the map, or the page of what it is about. */
function lead(e: ExceptionShape): void {
  if (e.about === "run") tune({ run: e.row, ex: e.id });
  else tune({ ex: e.id, run: undefined });
}

export function Tower(): JSX.Element {
  const overview = useRead<Overview>("overview", {}, 2000).value;
  const runs = useRead<Runs>("runs", {}, 3000).value;
  const exceptions = useRead<Exceptions>("exceptions", {}, 2000).value;
  const q = view.value.query;
  const chosen = q["run"] === undefined ? -1 : Number(q["run"]);
  const detail = useRead<RunDetail>(chosen >= 0 ? `runs/${chosen}` : null, {}, 3000).value;
  const sending = useSignal<Set<string>>(new Set());
  const items = visible(exceptions.data?.items ?? []);
  const cursor = items.find((e) => e.id === q["ex"]);
  const move = (by: number): void => {
    const next = items[stepped(items.findIndex((e) => e.id === q["ex"]), by, items.length)];
    if (next) lead(next);
  };
  const open = (): void => {
    if (cursor?.about === "package") go(`/packages/${cursor.row}`);
    else if (cursor?.about === "order") go(`/orders/${cursor.row}`);
  };
  const choose = (id: string): void => {
    if (id.startsWith("r")) tune({ run: Number(id.slice(1)), trip: undefined });
    else tune({ run: undefined, trip: id || undefined });
  };
  useKeys({
    next: () => move(1),
    previous: () => move(-1),
    open: cursor ? open : undefined,
    act: cursor?.actions[0] ? () => void take(cursor, cursor.actions[0]!, sending, exceptions.again) : undefined,
    out: () => tune(q["run"] || q["ex"] || q["trip"] || q["site"] ? { run: undefined, ex: undefined, trip: undefined, site: undefined } : { f: undefined }),
  });
  const tab = q["tab"] ?? "map";
  return (
    <div class="tower" data-tab={tab}>
      <h1 class="sr">Control tower</h1>
      <Strip reading={overview} />
      <div class="tabs" role="group" aria-label="Panel">
        {NARROW.map(([key, name]) => <button key={key} aria-pressed={tab === key} onClick={() => tune({ tab: key === "map" ? undefined : key })}>{name}{key === "inbox" && items.length ? ` ${items.length}` : ""}</button>)}
      </div>
      <MapPanel run={chosen >= 0 ? detail.data : null} runs={runs.data?.runs ?? []} alerts={items} cursor={cursor} chosen={chosen >= 0 ? `r${chosen}` : q["trip"] ?? ""} choose={choose} stages={overview.data?.stages ?? []} />
      <Gantt reading={runs} chosen={chosen} choose={(run) => tune({ run: run === chosen ? undefined : run })} />
      <Inbox reading={exceptions} overview={overview.data} cursor={q["ex"] ?? ""} open={lead} sending={sending} />
      <TimeTravel />
    </div>
  );
}
