// Shops whose order webhooks become orders: where they send them, their secrets (shown once), and what could not be taken.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { near } from "../../lib/format";
import { call, post } from "../../net/api";
import { Modal } from "../../parts/Modal";
import { Age, Empty, Failure, Panel, Skeleton } from "../../parts/States";
import { now, offset } from "../../state/live";
import { usePages } from "../../state/pages";
import { useRead } from "../../state/read";
import { complain, tell } from "../../state/toast";
import type { Connection, ConnectionMade, ConnectionPage, Reject } from "../../types";
import { Secret } from "./Secret";

const NAMES: Record<string, string> = { shopify: "Shopify", woocommerce: "WooCommerce" };
const at = (s: number): string => near(s, now.value, offset.value);
/** Where a shop is told to send its webhooks: as this browser reaches the server. */
const addressOf = (path: string): string => new URL(path, document.baseURI).href;

export function Shops(): JSX.Element {
  const reading = useRead<ConnectionPage>("connections").value;
  const making = useSignal(false), made = useSignal<ConnectionMade | null>(null), shown = useSignal<number | null>(null), keyed = useSignal<Connection | null>(null);
  const end = async (shop: Connection): Promise<void> => {
    try {
      await call("DELETE", `connections/${shop.connection}`);
      tell("Disconnected: nothing more is taken from it");
      reading.again();
    } catch (error) {
      complain("Disconnect", error);
    }
  };
  const rotate = (shop: Connection): void => {
    if (shop.kind === "shopify") keyed.value = shop;
    else void key(shop, "");
  };
  const key = async (shop: Connection, secret: string): Promise<void> => {
    try {
      made.value = await post<ConnectionMade>(`connections/${shop.connection}/secret`, { secret });
      keyed.value = null;
      reading.again();
    } catch (error) {
      complain("New secret", error);
    }
  };
  const chosen = reading.data?.items.find((c) => c.connection === shown.value);
  return (
    <section class="shops">
      <header><h2>Shops</h2><Age seen_ms={reading.seen_ms} error={reading.error} /><button class="button" onClick={() => (making.value = true)}>Connect a shop</button></header>
      <p class="quiet">Orders come from Shopify and WooCommerce by their webhooks, each verified before it is read.</p>
      <Panel reading={reading} rows={2}>{(page) => page.items.length === 0
        ? <Empty title="No shop is connected">Connect one, and enter the address and the secret in its webhook settings.</Empty>
        : <div class="sideways"><table>
            <thead><tr><th>shop</th><th>address</th><th>orders not taken</th><th>secret since</th><th><span class="sr">actions</span></th></tr></thead>
            <tbody>{page.items.map((shop) => (
              <tr key={shop.connection} class={shop.ended_s < 0 ? "" : "off"}>
                <td>{NAMES[shop.kind] ?? shop.kind}{shop.label && `, ${shop.label}`}</td>
                <td class="mono" title={addressOf(shop.path)}>{shop.path}</td>
                <td class={shop.rejects > 0 ? "bad" : ""}>{shop.ended_s >= 0 ? "disconnected" : shop.rejects || "none"}</td>
                <td>{at(shop.keyed_s)}</td>
                <td class="deeds">
                  <button class="link" aria-label={`Orders not taken from shop ${shop.connection}`} onClick={() => (shown.value = shop.connection)}>Not taken</button>
                  {shop.ended_s < 0 && <button class="link" aria-label={`New secret for shop ${shop.connection}`} onClick={() => rotate(shop)}>New secret</button>}
                  {shop.ended_s < 0 && <button class="link" aria-label={`Disconnect shop ${shop.connection}`} onClick={() => void end(shop)}>Disconnect</button>}
                </td>
              </tr>
            ))}</tbody>
          </table></div>}
      </Panel>
      {making.value && <Connect close={() => (making.value = false)} made={(one) => { making.value = false; made.value = one; reading.again(); }} />}
      {keyed.value && <NewKey shop={keyed.value} close={() => (keyed.value = null)} give={(secret) => void key(keyed.value!, secret)} />}
      {made.value && <Secret title={`Shop ${made.value.connection}`} secret={made.value.secret} address={addressOf(made.value.path)} words="Enter both in the shop's webhook settings. The secret is shown this once; if it is lost, draw a new one." close={() => (made.value = null)} />}
      {chosen && <NotTaken shop={chosen} close={() => (shown.value = null)} />}
    </section>
  );
}

function Connect({ close, made }: { close: () => void; made: (one: ConnectionMade) => void }): JSX.Element {
  const kind = useSignal("shopify");
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement), text = (name: string): string => String(form.get(name) ?? "").trim();
    const fast = text("fast");
    try {
      made(await post<ConnectionMade>("connections", {
        kind: kind.value, label: text("label"), secret: text("secret"), prefix: text("prefix"), speeds: fast ? { [fast]: "next_day" } : {},
      }));
    } catch (error) {
      complain("Connect a shop", error);
    }
  };
  return (
    <Modal title="Connect a shop" close={close}>
      <form class="hook-form" onSubmit={(e) => void send(e)}>
        <div class="seg" role="group" aria-label="Kind of shop">{Object.entries(NAMES).map(([k, name]) => <button key={k} type="button" aria-pressed={kind.value === k} onClick={() => (kind.value = k)}>{name}</button>)}</div>
        <label>Name<input name="label" maxLength={200} autofocus placeholder="Blue Shop" /></label>
        {kind.value === "shopify" && <label>Secret that signs its webhooks<input name="secret" type="password" autocomplete="off" required /></label>}
        {kind.value === "woocommerce" && <p class="quiet">The secret is drawn here and shown once, to be entered in the shop.</p>}
        <label>Way of delivery that is next day <span class="quiet">(as the shop names it; others are standard)</span><input name="fast" placeholder="Express" /></label>
        <label>Prefix of references <span class="quiet">(from the second shop on)</span><input name="prefix" maxLength={20} placeholder="B-" /></label>
        <button class="button main">Connect it</button>
      </form>
    </Modal>
  );
}

/** Shopify draws its secrets itself: the new one is entered here. */
function NewKey({ shop, close, give }: { shop: Connection; close: () => void; give: (secret: string) => void }): JSX.Element {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    give(String(new FormData(event.currentTarget as HTMLFormElement).get("secret")).trim());
  };
  return (
    <Modal title={`New secret of ${shop.label || "the shop"}`} close={close}>
      <form class="hook-form" onSubmit={send}>
        <label>Secret that signs its webhooks<input name="secret" type="password" autocomplete="off" required autofocus /></label>
        <button class="button main">Keep it</button>
      </form>
    </Modal>
  );
}

function NotTaken({ shop, close }: { shop: Connection; close: () => void }): JSX.Element {
  const all = useSignal(false);
  const list = usePages<Reject>(`connections/${shop.connection}/rejects`, { all: String(all.value) }, (r) => String(r.reject)).value;
  return (
    <Modal title={`Orders not taken from ${shop.label || NAMES[shop.kind]}`} close={close} wide>
      <div class="deliveries">
        <header><div class="seg" role="group" aria-label="Which"><button aria-pressed={!all.value} onClick={() => (all.value = false)}>Open</button><button aria-pressed={all.value} onClick={() => (all.value = true)}>All</button></div>
          <span class="quiet">Mend it in the shop and save the order: it comes again and is taken.</span></header>
        {list.items.length > 0
          ? <div class="sideways"><table>
              <thead><tr><th>order</th><th>last came</th><th>what is wrong</th><th>what to do</th></tr></thead>
              <tbody>{list.items.map((r) => (
                <tr key={r.reject} class={r.done_s < 0 ? "" : "off"}>
                  <td class="mono">{r.ref || "unreadable"}</td>
                  <td>{at(r.at_s)}{r.times > 1 && `, ${r.times} times`}{r.done_s >= 0 && ", settled"}</td>
                  <td class="try">{r.errors.map((e) => [e.field, e.detail].filter(Boolean).join(": ")).join("; ")}</td>
                  <td class="try">{r.errors.map((e) => e.remedy || e.rule).filter(Boolean).join("; ")}</td>
                </tr>
              ))}</tbody>
            </table></div>
          : list.error ? <Failure error={list.error} again={list.again} /> : list.loading ? <Skeleton rows={4} /> : <Empty good title="Every order was taken" />}
        {list.items.length > 0 && !list.ended && <button class="link" onClick={list.more}>Older ones</button>}
      </div>
    </Modal>
  );
}
