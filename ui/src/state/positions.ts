// Where everything is: the stream of positions now, one read while time travelling.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, get, withQuery } from "../net/api";
import { listen } from "../net/stream";
import { applied } from "../lib/moves";
import type { Moved, Positions } from "../types";
import { follow } from "./live";
import { at } from "./view";

const QUIET_MS = 3000;

export const positions = signal<Positions | null>(null);
export const positionsError = signal<ApiError | null>(null);
export const positionsSeen = signal(0);

function take(seen: Positions): void {
  positions.value = seen;
  positionsSeen.value = Date.now();
  positionsError.value = null;
}

/** Follows positions while shown and seen. */
export function usePositions(): void {
  const moment = at.value;
  useEffect(() => {
    const stop = new AbortController();
    const fail = (error: unknown): void => {
      if (!stop.signal.aborted && error instanceof ApiError) positionsError.value = error;
    };
    const read = (): Promise<void> => get<Positions>(withQuery("positions", { at: moment }), stop.signal).then(take, fail);
    void read();
    if (moment !== undefined) return () => stop.abort();
    let base: Positions | null = null; // what changes are told against: whole at each opening of the stream
    const tell = (next: Positions): void => take((base = next));
    const told = {
      positions: (data: unknown) => tell(data as Positions),
      moved: (data: unknown) => base && tell(applied(base, data as Moved)),
    };
    const open = (): ReturnType<typeof listen> => listen("stream/positions", told, () => undefined, () => undefined);
    let stream: ReturnType<typeof listen> | null = open();
    // where the stream does not come through (a proxy that buffers), turns say when to read
    const leave = follow(QUIET_MS, () => void (Date.now() - positionsSeen.value > QUIET_MS && read()));
    const seen = (): void => {
      if (document.hidden) {
        stream?.close();
        stream = null;
      } else stream ??= open();
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      stop.abort();
      stream?.close();
      leave();
      document.removeEventListener("visibilitychange", seen);
    };
  }, [moment]);
}
