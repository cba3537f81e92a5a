// Server-sent events. The browser resumes by itself (Last-Event-ID) after a lost line; where it gives up (an error
// status), the stream is opened again with growing pauses.
import { BASE } from "./api";

export const STALE_MS = 30_000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];

export interface Stream { close(): void }

type Handlers = Record<string, (data: unknown) => void>;

/** Listens to named events of `path` below /api/v1 until closed. `heard` is told of every event and of every opening. */
export function listen(path: string, handlers: Handlers, heard: () => void, lost: () => void): Stream {
  let source: EventSource | null = null;
  let timer = 0, tries = 0, closed = false;
  const open = (): void => {
    source = new EventSource(new URL(path, BASE));
    source.onopen = () => {
      tries = 0;
      heard();
    };
    source.onerror = () => {
      lost();
      if (source?.readyState !== EventSource.CLOSED || closed) return;
      const pause = PAUSES_MS[Math.min(tries++, PAUSES_MS.length - 1)]!;
      timer = window.setTimeout(open, pause * (0.75 + Math.random() / 2));
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        heard();
        handle(JSON.parse((event as MessageEvent<string>).data));
      });
    }
  };
  open();
  return {
    close() {
      closed = true;
      window.clearTimeout(timer);
      source?.close();
    },
  };
}
