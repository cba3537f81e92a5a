// Webhooks of one's organisation: endpoints, their secrets (shown once), what was delivered and what not.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { near } from "../../lib/format";
import { standing } from "../../lib/hooks";
import { call, post } from "../../net/api";
import { Modal } from "../../parts/Modal";
import { Age, Empty, Panel } from "../../parts/States";
import { now, offset } from "../../state/live";
import { useRead } from "../../state/read";
import { complain, tell } from "../../state/toast";
import type { Webhook, WebhookPage, WebhookSecret } from "../../types";
import { Deliveries } from "./Deliveries";
import { Secret } from "./Secret";

const at = (s: number): string => near(s, now.value, offset.value);

export function Webhooks(): JSX.Element {
  const reading = useRead<WebhookPage>("webhooks").value;
  const making = useSignal(false), secret = useSignal<WebhookSecret | null>(null), shown = useSignal<number | null>(null);
  const act = async (what: string, deed: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await deed();
      tell(done);
      reading.again();
    } catch (error) {
      complain(what, error);
    }
  };
  const rotate = async (hook: Webhook): Promise<void> => {
    try {
      secret.value = await post<WebhookSecret>(`webhooks/${hook.webhook}/rotate`);
      reading.again();
    } catch (error) {
      complain("New secret", error);
    }
  };
  const turn = (hook: Webhook): Promise<void> => hook.disabled_s < 0
    ? act("Disable", () => call("DELETE", `webhooks/${hook.webhook}`), "Disabled: nothing more is sent there")
    : act("Enable", () => post(`webhooks/${hook.webhook}/enable`), "Enabled: it is told from now on");
  const chosen = reading.data?.items.find((h) => h.webhook === shown.value);
  return (
    <section class="webhooks">
      <header><h2>Webhooks</h2><Age seen_ms={reading.seen_ms} error={reading.error} /><button class="button" onClick={() => (making.value = true)}>Make a webhook</button></header>
      <p class="quiet">Told at once of what happens to your orders; signed by Standard Webhooks.</p>
      <Panel reading={reading} rows={2}>{(page) => page.items.length === 0
        ? <Empty title="No webhooks yet">Name an address of yours, and it is told of promises, departures and deliveries.</Empty>
        : <div class="sideways"><table>
            <thead><tr><th>address</th><th>events</th><th class="num">delivered</th><th>state</th><th>secret since</th><th><span class="sr">actions</span></th></tr></thead>
            <tbody>{page.items.map((hook) => {
              const { says, bad } = standing(hook), name = `webhook ${hook.webhook}`;
              return (
                <tr key={hook.webhook} class={hook.disabled_s < 0 ? "" : "off"}>
                  <td class="mono" title={hook.url}>{hook.url}</td>
                  <td title={hook.events.join(", ")}>{hook.events.length === page.known.length ? "all" : hook.events.length === 1 ? hook.events[0] : `${hook.events.length} of ${page.known.length}`}</td>
                  <td class="num">{hook.delivered}</td>
                  <td class={bad ? "bad" : ""}>{says}</td>
                  <td>{at(hook.rotated_s)}</td>
                  <td class="deeds">
                    <button class="link" aria-label={`Deliveries of ${name}`} onClick={() => (shown.value = hook.webhook)}>Deliveries</button>
                    <button class="link" aria-label={`New secret for ${name}`} onClick={() => void rotate(hook)}>New secret</button>
                    <button class="link" aria-label={`${hook.disabled_s < 0 ? "Disable" : "Enable"} ${name}`} onClick={() => void turn(hook)}>{hook.disabled_s < 0 ? "Disable" : "Enable"}</button>
                  </td>
                </tr>
              );
            })}</tbody>
          </table></div>}
      </Panel>
      {making.value && reading.data && <Make known={reading.data.known} close={() => (making.value = false)} made={(one) => { making.value = false; secret.value = one; reading.again(); }} />}
      {secret.value && <Secret title={`Secret of webhook ${secret.value.webhook}`} secret={secret.value.secret} words="Keep it where your receiver reads it. It is shown this once; if it is lost, draw a new one." close={() => (secret.value = null)} />}
      {chosen && <Deliveries hook={chosen} close={() => (shown.value = null)} replay={() => act("Replay", () => post(`webhooks/${chosen.webhook}/replay`), "Dead letters are on their way again")} />}
    </section>
  );
}

function Make({ known, close, made }: { known: string[]; close: () => void; made: (one: WebhookSecret) => void }): JSX.Element {
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    try {
      made(await post<WebhookSecret>("webhooks", { url: String(form.get("url")).trim(), events: form.getAll("event") }));
    } catch (error) {
      complain("Make a webhook", error);
    }
  };
  return (
    <Modal title="Make a webhook" close={close}>
      <form class="hook-form" onSubmit={(e) => void send(e)}>
        <label>Address<input name="url" type="url" required autofocus placeholder="https://shop.example/hooks" /></label>
        <fieldset>
          <legend>Told of <span class="quiet">(none chosen: of everything)</span></legend>
          {known.map((name) => <label key={name} class="check"><input type="checkbox" name="event" value={name} />{name}</label>)}
        </fieldset>
        <button class="button main">Make it</button>
      </form>
    </Modal>
  );
}
