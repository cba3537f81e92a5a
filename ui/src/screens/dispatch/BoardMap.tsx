// The board's map: the chosen run, the others thin, the pool and what is selected. Shift and drag selects.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LiveMap } from "../../map/live-map";
import { Icon } from "../../parts/Icon";
import { Age } from "../../parts/States";
import { chosen } from "../../state/board";
import { network } from "../../state/live";
import { positions, positionsError, positionsSeen, usePositions } from "../../state/positions";
import { token, worn } from "../../state/theme";
import type { Board, Plan, RunDetail } from "../../types";

interface Props { board: Board | null; run: RunDetail | null; plan: Plan | null; cursor: number; spot: (packages: number[], add: boolean) => void; choose: (run: number) => void }

export function BoardMap({ board, run, plan, cursor, spot, choose }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null), map = useRef<LiveMap | null>(null), fitted = useRef(-1);
  const ready = useSignal(0), failed = useSignal("");
  const on = useRef({ spot, choose });
  on.current = { spot, choose };
  usePositions();
  useEffect(() => {
    const net = network.value;
    if (!net || !box.current) return undefined;
    let closed = false;
    import("../../map/live-map")
      .then((code) => {
        if (closed || !box.current) return;
        map.current = new code.LiveMap(box.current, net, token, {
          pick: (id) => { if (id.startsWith("r")) on.current.choose(Number(id.slice(1))); }, site: () => undefined, hover: () => undefined,
          spot: (packages, add) => on.current.spot(packages, add),
        });
        ready.value++;
      })
      .catch((error: unknown) => (failed.value = String(error)));
    const watch = new ResizeObserver(() => map.current?.resize());
    watch.observe(box.current);
    return () => {
      closed = true;
      watch.disconnect();
      map.current?.close();
      map.current = null;
    };
  }, []);
  const there = ready.value;
  useEffect(() => { if (there) map.current?.restyle(); }, [worn.value]);
  useEffect(() => { if (positions.value) map.current?.setPositions(positions.value); }, [there, positions.value]);
  useEffect(() => {
    const mine = new Set(board?.runs.map((r) => `r${r.bar.run}`));
    map.current?.setShows((m) => mine.has(m.id));
  }, [there, board]);
  useEffect(() => { if (board) map.current?.setBoard(board, run, chosen.value, cursor); }, [there, board, run, chosen.value, cursor]);
  useEffect(() => { if (board) map.current?.setPlan(board, plan); }, [there, board, plan]);
  useEffect(() => map.current?.setChosen(run ? `r${run.bar.run}` : ""), [there, run?.bar.run]);
  useEffect(() => {
    if (!there || !board || fitted.current === board.station) return;
    fitted.current = board.station;
    map.current?.fitBoard(board);
  }, [there, board]);
  return (
    <section class="map-panel board-map" aria-label="Map; the same things stand in the lists">
      <div class="map" ref={box} data-ready={there || undefined} />
      {positionsError.value && <div class="head float"><Age seen_ms={positionsSeen.value} error={positionsError.value} /></div>}
      {!there && !failed.value && <div class="map-wait" role="status">Loading the map…</div>}
      {failed.value && <div class="failure map-wait" role="alert"><b>The map cannot be shown here</b><p>{failed.value}</p></div>}
      <div class="map-tools">
        <button aria-label="Zoom in" onClick={() => map.current?.zoom(1)}><Icon name="plus" size={16} /></button>
        <button aria-label="Zoom out" onClick={() => map.current?.zoom(-1)}><Icon name="minus" size={16} /></button>
        <button aria-label={run ? "The chosen run" : "The whole station"} onClick={() => (run ? map.current?.fit(run) : board && map.current?.fitBoard(board))}><Icon name="fit" size={16} /></button>
      </div>
    </section>
  );
}
