import type { JSX } from "preact";
import { Empty, Failure, Skeleton } from "./parts/States";
import { Frame } from "./parts/Frame";
import { Dispatch } from "./screens/dispatch/Dispatch";
import { Found } from "./screens/Found";
import { Centers } from "./screens/network/Centers";
import { LinehaulPage } from "./screens/network/LinehaulPage";
import { Order, PackagePage } from "./screens/orders/Order";
import { Orders } from "./screens/orders/Orders";
import { Settings } from "./screens/Settings";
import { SignIn } from "./screens/SignIn";
import { Twin } from "./screens/twin/Twin";
import { Tower } from "./screens/tower/Tower";
import { boot, bootError, network, session } from "./state/live";
import { href, view } from "./state/view";

const ROUTES: [RegExp, (match: RegExpMatchArray) => JSX.Element][] = [
  [/^\/$/, () => <Tower />],
  [/^\/orders$/, () => <Orders />],
  [/^\/orders\/([^/]+)$/, (m) => <Order key={m[1]} n={m[1]!} />],
  [/^\/packages\/([^/]+)$/, (m) => <PackagePage key={m[1]} n={m[1]!} />],
  [/^\/dispatch$/, () => <Dispatch />],
  [/^\/centers$/, () => <Centers />],
  [/^\/linehaul$/, () => <LinehaulPage />],
  [/^\/twin$/, () => <Twin />],
  [/^\/search$/, () => <Found />],
  [/^\/settings$/, () => <Settings />],
];

function Routed(): JSX.Element {
  const path = view.value.path;
  for (const [pattern, page] of ROUTES) {
    const match = path.match(pattern);
    if (match) return page(match);
  }
  return <div class="page"><Empty title="No such page"><a href={href("/")}>To the tower</a></Empty></div>;
}

export function App(): JSX.Element {
  if (session.value === null) return <SignIn />;
  if (bootError.value) return <main class="page"><Failure error={bootError.value} again={() => void boot()} /></main>;
  return <Frame>{network.value ? <Routed /> : <Skeleton rows={12} />}</Frame>;
}
