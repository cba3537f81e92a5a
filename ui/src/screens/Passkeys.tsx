// The passkeys of who is signed in: listed, added, removed.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { dayWord } from "../lib/format";
import { makePasskey, passkeys, passkeysWork, removePasskey, ways } from "../net/passkeys";
import { offset } from "../state/live";
import { complain } from "../state/toast";
import type { Passkey, Ways } from "../types";

export function Passkeys(): JSX.Element | null {
  const own = useSignal<Passkey[] | null>(null), at = useSignal<Ways | null>(null), busy = useSignal(false);
  useEffect(() => {
    const read = Promise.all([passkeys(), ways()]).then(([p, w]) => { own.value = p; at.value = w; });
    void read.catch((error: unknown) => complain("Passkeys", error));
  }, []);
  if (!own.value || !at.value) return null;
  const doing = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    busy.value = true;
    try {
      await work();
      own.value = await passkeys();
    } catch (error) {
      complain(what, error);
    } finally {
      busy.value = false;
    }
  };
  const add = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("name") ?? "").trim() || "Passkey";
    void doing("Add a passkey", async () => { await makePasskey(name); form.reset(); });
  };
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">Passkeys</h2>
      {own.value.length === 0 && <p class="quiet">None yet. With one you sign in by fingerprint, face, PIN or security key, without a password.</p>}
      {own.value.length > 0 && <ul class="passkeys">
        {own.value.map((p) => (
          <li key={p.passkey}>
            <span><b>{p.name}</b> <span class="quiet">added {dayWord(p.made_s, offset.value)}{p.used_s >= 0 ? `, used ${dayWord(p.used_s, offset.value)}` : ", never used"}</span></span>
            <button class="button" disabled={busy.value} aria-label={`Remove ${p.name}`} onClick={() => void doing("Remove a passkey", () => removePasskey(p.passkey))}>Remove</button>
          </li>
        ))}
      </ul>}
      {passkeysWork(at.value)
        ? <form class="passkey-add" onSubmit={add}>
            <label>Name<input name="name" maxLength={100} placeholder="This laptop" autocomplete="off" /></label>
            <button class="button" disabled={busy.value}>Add a passkey</button>
          </form>
        : <p class="quiet">To add one, open this page at <a href={`${at.value.public_url}/#/settings`}>{at.value.public_url}</a> with a browser that knows passkeys.</p>}
      <p class="quiet">Removing one ends your other sessions.</p>
    </section>
  );
}
