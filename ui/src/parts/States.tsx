// What a panel shows when it has nothing to show, or not all of it.
import type { ComponentChildren, JSX } from "preact";
import { lasting } from "../lib/format";
import { beat, stale } from "../state/live";
import type { ApiError } from "../net/api";
import { at } from "../state/view";

/** Grey bars in the shape of what will stand there. */
export function Skeleton({ rows = 6, height = 36 }: { rows?: number; height?: number }): JSX.Element {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {[...Array(rows).keys()].map((i) => (
        <div key={i} style={{ height: `${height}px` }}>
          <i style={{ width: "12px" }} />
          <i style={{ width: `${52 - ((i * 13) % 27)}%` }} />
          <i style={{ width: `${14 + ((i * 7) % 9)}%`, marginLeft: "auto" }} />
        </div>
      ))}
    </div>
  );
}

/** Nothing there: why that is good, or what to do. */
export function Empty({ title, children, good = false }: { title: string; children?: ComponentChildren; good?: boolean }): JSX.Element {
  return (
    <div class="empty">
      <svg viewBox="0 0 40 40" width="40" height="40" aria-hidden="true" class={good ? "good" : ""}>
        <circle cx="20" cy="20" r="16" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d={good ? "M13 20.5l5 4.7 9-10" : "M13 20h14"} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
      </svg>
      <b>{title}</b>
      {children && <p>{children}</p>}
    </div>
  );
}

const NO_RIGHT = { title: "Not yours to see", detail: "Your role does not include this.", remedy: "Ask an admin of your organisation for the right." };

/** What went wrong, what to do, try again. 403 is told as a matter of rights, not as a failure. */
export function Failure({ error, again }: { error: ApiError; again?: () => void }): JSX.Element {
  const told = error.status === 403 ? { ...NO_RIGHT, ...withoutEmpty(error.problem) } : error.problem;
  return (
    <div class="failure" role="alert">
      <b>{told.title}</b>
      {told.detail && <p>{told.detail}</p>}
      {told.remedy && <p class="remedy">{told.remedy}.</p>}
      {again && error.status !== 403 && <button class="button" onClick={again}>Try again</button>}
    </div>
  );
}

const withoutEmpty = (p: ApiError["problem"]): Partial<typeof NO_RIGHT> =>
  Object.fromEntries(Object.entries({ detail: p.detail, remedy: p.remedy }).filter(([, v]) => v));

/** How old what a panel shows is: "4 s ago". Amber once stale. A failed read says so beside the age of the last good one. */
export function Age({ seen_ms, error }: { seen_ms: number; error?: ApiError | null }): JSX.Element | null {
  if (!seen_ms) return null;
  if (at.value !== undefined) return <span class="age">as of then</span>;
  const age = Math.max(0, Math.round((beat.value - seen_ms) / 1000));
  const old = stale.value || !!error;
  return (
    <span class={old ? "age old" : "age"} title={error ? `${error.problem.title}: ${error.message}` : "time since this was read"}>
      {old ? "old: " : ""}{age < 2 ? "just now" : `${lasting(age)} ago`}
    </span>
  );
}

/** A panel's body by the state of its reading. */
export function Panel<T>(props: {
  reading: { data: T | null; error: ApiError | null; loading: boolean; again: () => void };
  rows?: number;
  height?: number;
  children: (data: T) => ComponentChildren;
}): JSX.Element {
  const { data, error, again } = props.reading;
  if (data !== null) return <>{props.children(data)}</>;
  if (error) return <Failure error={error} again={again} />;
  return <Skeleton rows={props.rows ?? 6} height={props.height ?? 36} />;
}
