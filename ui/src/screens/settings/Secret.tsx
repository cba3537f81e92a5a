// A secret that is shown this once, to be copied.
import type { JSX } from "preact";
import { Modal } from "../../parts/Modal";
import { tell } from "../../state/toast";

interface Props { title: string; words: string; secret: string; address?: string; close: () => void }

export function Secret({ title, words, secret, address, close }: Props): JSX.Element {
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied");
    } catch {
      tell("This browser does not let pages copy: mark it and copy it yourself", null, true);
    }
  };
  return (
    <Modal title={title} close={close}>
      <div class="hook-form">
        <p>{words}</p>
        {address && <><code class="mono address">{address}</code><button class="button" onClick={() => void copy(address)}>Copy the address</button></>}
        <code class="mono secret">{secret}</code>
        <button class="button main" onClick={() => void copy(secret)}>{address ? "Copy the secret" : "Copy"}</button>
      </div>
    </Modal>
  );
}
