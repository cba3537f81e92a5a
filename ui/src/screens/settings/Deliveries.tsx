// What was sent to one webhook: every message with its tries, dead letters, and their replay.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { near } from "../../lib/format";
import { lastTry } from "../../lib/hooks";
import { Modal } from "../../parts/Modal";
import { Empty, Failure, Skeleton } from "../../parts/States";
import { now, offset } from "../../state/live";
import { usePages } from "../../state/pages";
import type { HookDelivery, Webhook } from "../../types";

const KINDS: [string, string][] = [["", "All"], ["waiting", "Waiting"], ["delivered", "Delivered"], ["dead", "Dead letters"]];

export function Deliveries({ hook, close, replay }: { hook: Webhook; close: () => void; replay: () => Promise<void> }): JSX.Element {
  const kind = useSignal("");
  const list = usePages<HookDelivery>(`webhooks/${hook.webhook}/deliveries`, { status: kind.value }, (d) => d.message).value;
  return (
    <Modal title={`Deliveries of webhook ${hook.webhook}`} close={close} wide>
      <div class="deliveries">
        <header>
          <div class="seg" role="group" aria-label="Which">{KINDS.map(([k, name]) => <button key={k} aria-pressed={kind.value === k} onClick={() => (kind.value = k)}>{name}</button>)}</div>
          {hook.dead > 0 && hook.disabled_s < 0 && <button class="button" onClick={() => void replay().then(list.again)}>Replay {hook.dead} dead</button>}
          {hook.dead > 0 && hook.disabled_s >= 0 && <span class="quiet">{hook.dead} dead; enable it to replay them</span>}
        </header>
        {list.items.length > 0
          ? <div class="sideways"><table>
              <thead><tr><th>happened</th><th>event</th><th>about</th><th>state</th><th>last try</th><th>message</th></tr></thead>
              <tbody>{list.items.map((d) => (
                <tr key={d.message}>
                  <td>{near(d.happened_s, now.value, offset.value)}</td>
                  <td>{d.type}</td>
                  <td>order {String(d.body.data["order"])}{d.body.data["ref"] ? ` (${String(d.body.data["ref"])})` : ""}</td>
                  <td class={d.status === "dead" ? "bad" : ""}>{d.status}</td>
                  <td class="try" title={d.attempts.map((a) => a.note).filter(Boolean).join("; ")}>{lastTry(d)}</td>
                  <td class="mono">{d.message}</td>
                </tr>
              ))}</tbody>
            </table></div>
          : list.error ? <Failure error={list.error} again={list.again} /> : list.loading ? <Skeleton rows={4} /> : <Empty good title={kind.value === "dead" ? "No dead letters" : "Nothing there"} />}
        {list.items.length > 0 && !list.ended && <button class="link" onClick={list.more}>Older ones</button>}
      </div>
    </Modal>
  );
}
