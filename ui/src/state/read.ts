// A panel's read: loads a path, follows the turns, keeps the last good answer beside an error, knows its age.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ApiError, get, withQuery } from "../net/api";
import { follow } from "./live";
import { at } from "./view";

export interface Reading<T> {
  data: T | null;
  error: ApiError | null;
  loading: boolean;
  /** Browser time of the last good answer, ms; 0 none. */
  seen_ms: number;
  again: () => void;
}

type Query = Record<string, string | number | undefined>;

/** Reads `path` (null: nothing) now and whenever turns come in, at most every `every_ms`; `?at=` is added. */
export function useRead<T>(path: string | null, query: Query = {}, every_ms = 2000): Signal<Reading<T>> {
  const key = path === null ? null : withQuery(path, { ...query, at: at.value });
  const reading = useMemo(
    () => signal<Reading<T>>({ data: null, error: null, loading: true, seen_ms: 0, again: () => undefined }),
    [path],
  );
  useEffect(() => {
    if (key === null) return undefined;
    const stop = new AbortController();
    let running = false;
    const load = async (): Promise<void> => {
      if (running) return;
      running = true;
      try {
        const data = await get<T>(key, stop.signal);
        if (!stop.signal.aborted) reading.value = { ...reading.value, data, error: null, loading: false, seen_ms: Date.now() };
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        reading.value = { ...reading.value, error, loading: false };
      } finally {
        running = false;
      }
    };
    reading.value = { ...reading.value, loading: reading.value.data === null, again: () => void load() };
    void load();
    const leave = at.value === undefined ? follow(every_ms, () => void load()) : () => undefined;
    return () => {
      stop.abort();
      leave();
    };
  }, [key]);
  return reading;
}
