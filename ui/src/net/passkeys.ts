// Passkeys: asking this browser's devices (W3C Web Authentication), and telling the server what they answered.
import type { Passkey, Ways } from "../types";
import { ApiError, call, get, post } from "./api";

export const ways = (): Promise<Ways> => get<Ways>("session/ways");

/** Whether this browser can, at this address: a passkey belongs to the public address and no other. */
export function passkeysWork(at: Ways): boolean {
  return "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential && location.origin === at.public_url;
}

const refused = (error: unknown): ApiError => {
  const told = error as DOMException;
  const known = told.name === "InvalidStateError";
  return new ApiError({
    type: "about:blank", status: 0,
    title: known ? "Nothing was added" : "No passkey was used",
    detail: known ? "This device has a passkey of yours already." : "It was cancelled, took too long, or there is none for this address.",
    remedy: known ? "" : "Try again, or sign in another way",
  });
};

async function asked(work: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const made = await work();
    if (made) return (made as PublicKeyCredential).toJSON();
  } catch (error) {
    throw refused(error);
  }
  throw refused(new DOMException("", "NotAllowedError"));
}

/** Opens a session; the caller reads who it is. */
export async function signInByPasskey(): Promise<void> {
  const options = await post<PublicKeyCredentialRequestOptionsJSON>("session/passkey/options");
  const credential = await asked(() => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }));
  await post("session/passkey", { credential });
}

export const passkeys = (): Promise<Passkey[]> => get<Passkey[]>("passkeys");

export async function makePasskey(name: string): Promise<Passkey> {
  const options = await post<PublicKeyCredentialCreationOptionsJSON>("passkeys/options");
  const credential = await asked(() => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }));
  return post<Passkey>("passkeys", { name, credential });
}

export const removePasskey = (passkey: number): Promise<unknown> => call("DELETE", `passkeys/${passkey}`);
