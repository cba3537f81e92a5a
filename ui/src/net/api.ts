// Calls to the API: JSON in and out, problem documents (RFC 9457) as errors that a person can act on.
import type { Problem, Session } from "../types";

export const BASE = new URL("api/v1/", document.baseURI).href;
export const TIMEOUT_MS = 20_000;

/** What went wrong, as the server said it; status 0: no answer came. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
  get status(): number {
    return this.problem.status;
  }
}

let csrf = "";
let onSignedOut: () => void = () => undefined;

/** Called when an answer says that nobody is signed in. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

export const keepCsrf = (session: Session | null): void => {
  csrf = session?.csrf ?? "";
};

const unreachable = (detail: string): ApiError =>
  new ApiError({
    type: "about:blank", title: "The server does not answer", status: 0, detail,
    remedy: "See whether doorward is up, then try again",
  });

async function problemOf(answer: Response): Promise<ApiError> {
  const said = (await answer.json().catch(() => null)) as Partial<Problem> | null;
  return new ApiError({
    type: said?.type ?? "about:blank",
    title: said?.title ?? (answer.statusText || `Error ${answer.status}`),
    status: answer.status,
    detail: said?.detail ?? "",
    field: said?.field, rule: said?.rule, remedy: said?.remedy, errors: said?.errors, misfits: said?.misfits,
  });
}

/** A name for one request: sent again with the same key, it is done once. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

interface Options { signal?: AbortSignal; key?: string; timeout_ms?: number }

/** One call. `path` is below /api/v1, without a slash in front. key: Idempotency-Key. */
export async function call<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<T> {
  const { signal, key, timeout_ms = TIMEOUT_MS } = options;
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET" && csrf) headers["x-csrf-token"] = csrf;
  if (key) headers["idempotency-key"] = key;
  const limit = AbortSignal.timeout(timeout_ms);
  let answer: Response;
  try {
    answer = await fetch(new URL(path, BASE), {
      method, headers, credentials: "same-origin",
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable(limit.aborted ? `no answer within ${timeout_ms / 1000} s` : String((error as Error).message));
  }
  if (!answer.ok) {
    const error = await problemOf(answer);
    if (error.status === 401 && !path.startsWith("session")) onSignedOut();
    throw error;
  }
  return (answer.status === 204 ? null : await answer.json()) as T;
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => call<T>("GET", path, undefined, signal ? { signal } : {});
export const post = <T>(path: string, body: unknown = {}, options: Options = {}): Promise<T> => call<T>("POST", path, body, options);

/** A path with its query; undefined and empty values are left out. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const kept = Object.entries(query).filter(([, v]) => v !== undefined && v !== "");
  return kept.length ? `${path}?${new URLSearchParams(kept.map(([k, v]) => [k, String(v)]))}` : path;
}
