// Sign-in: email and password, a passkey, a provider that vouches, or a key pasted.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../net/api";
import { passkeysWork, signInByPasskey, ways } from "../net/passkeys";
import { enter, signIn } from "../state/live";
import type { Ways } from "../types";

/** Why a provider's sign-in came to nothing, as the address says. */
const WHY: Record<string, string> = {
  uninvited: "Nobody with a verified email address of that account was invited here. Ask an admin to make you a user.",
  unproven: "The provider's answer did not hold. Try again; if it stays so, tell an admin.",
  stale: "It took longer than five minutes, or was begun in another browser. Try again.",
  away: "The provider cannot be reached. Try again in a moment, or sign in another way.",
};

export function SignIn(): JSX.Element {
  const byKey = useSignal(false), busy = useSignal(false), error = useSignal<ApiError | null>(null);
  const at = useSignal<Ways | null>(null);
  const why = WHY[new URLSearchParams(location.search).get("sign_in") ?? ""];
  useEffect(() => void ways().then((found) => (at.value = found)).catch(() => undefined), []);
  const trying = async (work: () => Promise<void>): Promise<void> => {
    busy.value = true;
    error.value = null;
    try {
      await work();
      if (location.search) history.replaceState(null, "", location.pathname + location.hash);
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    } finally {
      busy.value = false;
    }
  };
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    void trying(() => signIn(byKey.value ? { key: text("key") } : { email: text("email"), password: String(form.get("password") ?? "") }));
  };
  const wrong = error.value?.problem;
  return (
    <main class="sign-in" id="main">
      <form onSubmit={send} aria-describedby={wrong ? "wrong" : undefined}>
        <img src="./icon.svg" alt="" width="40" height="40" />
        <h1>Sign in to doorward</h1>
        {byKey.value
          ? <label key="key">Key<input name="key" type="password" required autocomplete="off" spellcheck={false} placeholder="dw_…" autofocus /></label>
          : <>
              <label key="email">Email<input name="email" type="email" required autocomplete="username" autofocus /></label>
              <label key="password">Password<input name="password" type="password" required autocomplete="current-password" /></label>
            </>}
        {why && !wrong && <p class="wrong" role="alert">{why}</p>}
        {wrong && <p id="wrong" class="wrong" role="alert"><b>{ended(wrong.title)}</b> {ended(wrong.detail)}{wrong.remedy && ` ${wrong.remedy.replace(/^./, (c) => c.toUpperCase())}.`}</p>}
        <button class="button main" disabled={busy.value}>{busy.value ? "Signing in…" : "Sign in"}</button>
        {at.value && <Others at={at.value} busy={busy.value} byPasskey={() => void trying(async () => { await signInByPasskey(); await enter(); })} />}
        <button type="button" class="link" onClick={() => { byKey.value = !byKey.value; error.value = null; }}>{byKey.value ? "Use email and password" : "Use an admin key"}</button>
        {byKey.value && <p class="quiet">The first key is printed where doorward was started.</p>}
      </form>
    </main>
  );
}

const ended = (text: string): string => (!text || /[.?!]$/.test(text) ? text : `${text}.`);

function Others({ at, busy, byPasskey }: { at: Ways; busy: boolean; byPasskey: () => void }): JSX.Element {
  return (
    <div class="others">
      {passkeysWork(at)
        ? <button type="button" class="button" disabled={busy} onClick={byPasskey}>Sign in with a passkey</button>
        : <p class="quiet">Passkeys work at <a href={at.public_url}>{at.public_url}</a>.</p>}
      {at.providers.map((p) => <a key={p.name} class="button" href={new URL(p.path.slice(1), document.baseURI).href}>Sign in with {p.label}</a>)}
    </div>
  );
}
