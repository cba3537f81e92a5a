// What somebody at this screen wants to look at again later. It stays an exception for everybody else.
import { signal } from "@preact/signals";
import { stillPut, type Put } from "../lib/snooze";
import { liveNow } from "./live";

const KEPT = "doorward.later";
export const LATER_S = 3600;

function read(): Put {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return kept && typeof kept === "object" ? (kept as Put) : {};
  } catch {
    return {};
  }
}

export const put = signal<Put>(read());

function keep(next: Put): void {
  put.value = next;
  localStorage.setItem(KEPT, JSON.stringify(next));
}

/** Out of the inbox of this browser for an hour of the network's time. */
export const later = (id: string): void => keep({ ...stillPut(put.value, liveNow.value), [id]: liveNow.value + LATER_S });

/** Back in it; all of them without an id. */
export function sooner(id?: string): void {
  if (id === undefined) return keep({});
  const { [id]: _, ...rest } = put.value;
  keep(rest);
}
