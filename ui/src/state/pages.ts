// A list read page by page, as far as it has been scrolled.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ApiError, get, withQuery } from "../net/api";
import { joined, nothingRead, type Page, type Read } from "../lib/pages";
import { follow } from "./live";
import { at } from "./view";

export interface Listing<T> extends Read<T> { error: ApiError | null; loading: boolean; seen_ms: number; more: () => void; again: () => void }

/** Reads pages of `path`; a changed query starts over. The first page is read again as turns come in. */
export function usePages<T>(path: string, query: Record<string, string | undefined>, key: (row: T) => unknown, limit = 100): Signal<Listing<T>> {
  const asked = withQuery(path, { ...query, at: at.value, limit });
  const listing = useMemo(
    () => signal<Listing<T>>({ ...nothingRead<T>(), error: null, loading: true, seen_ms: 0, more: () => undefined, again: () => undefined }),
    [asked],
  );
  useEffect(() => {
    const stop = new AbortController();
    let running = false;
    const page = async (cursor: string, first: boolean): Promise<void> => {
      if (running) return;
      running = true;
      listing.value = { ...listing.value, loading: true };
      try {
        const got = await get<Page<T>>(cursor ? `${asked}&cursor=${encodeURIComponent(cursor)}` : asked, stop.signal);
        if (stop.signal.aborted) return;
        const was = listing.value;
        const next = first && was.items.length > got.items.length ? refreshed(was, got, key) : joined(first ? nothingRead<T>() : was, got, key);
        listing.value = { ...was, ...next, error: null, loading: false, seen_ms: Date.now() };
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        listing.value = { ...listing.value, error, loading: false };
      } finally {
        running = false;
      }
    };
    const more = (): void => {
      const now = listing.value;
      if (!now.ended && !now.error && now.items.length > 0) void page(now.cursor, false);
    };
    const again = (): void => void page("", true);
    listing.value = { ...listing.value, more, again };
    again();
    const leave = at.value === undefined ? follow(5000, again) : () => undefined;
    return () => {
      stop.abort();
      leave();
    };
  }, [asked]);
  return listing;
}

/** Known rows with their new selves; what is new stands first, in the server's order. */
function refreshed<T>(was: Read<T>, got: Page<T>, key: (row: T) => unknown): Read<T> {
  const fresh = new Set(got.items.map(key));
  return { ...was, items: [...got.items, ...was.items.filter((row) => !fresh.has(key(row)))] };
}
