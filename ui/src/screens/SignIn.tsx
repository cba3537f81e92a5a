// Sign-in: email and password, or a key pasted.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { ApiError } from "../net/api";
import { signIn } from "../state/live";

export function SignIn(): JSX.Element {
  const byKey = useSignal(false), busy = useSignal(false), error = useSignal<ApiError | null>(null);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    busy.value = true;
    error.value = null;
    try {
      await signIn(byKey.value ? { key: text("key") } : { email: text("email"), password: String(form.get("password") ?? "") });
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      error.value = e;
    } finally {
      busy.value = false;
    }
  };
  const wrong = error.value?.problem;
  return (
    <main class="sign-in" id="main">
      <form onSubmit={(e) => void send(e)} aria-describedby={wrong ? "wrong" : undefined}>
        <img src="./icon.svg" alt="" width="40" height="40" />
        <h1>Sign in to doorward</h1>
        {byKey.value
          ? <label key="key">Key<input name="key" type="password" required autocomplete="off" spellcheck={false} placeholder="dw_…" autofocus /></label>
          : <>
              <label key="email">Email<input name="email" type="email" required autocomplete="username" autofocus /></label>
              <label key="password">Password<input name="password" type="password" required autocomplete="current-password" /></label>
            </>}
        {wrong && <p id="wrong" class="wrong" role="alert"><b>{wrong.title}.</b> {wrong.detail}{wrong.remedy && ` ${wrong.remedy.replace(/^./, (c) => c.toUpperCase())}.`}</p>}
        <button class="button main" disabled={busy.value}>{busy.value ? "Signing in…" : "Sign in"}</button>
        <button type="button" class="link" onClick={() => { byKey.value = !byKey.value; error.value = null; }}>{byKey.value ? "Use email and password" : "Use an admin key"}</button>
        {byKey.value && <p class="quiet">The first key is printed where doorward was started.</p>}
      </form>
    </main>
  );
}
