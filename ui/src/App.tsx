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
import { boot, bootError, may, network, session } from "./state/live";
import { placeOf, rightsOf } from "./lib/places";
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
  const wanted = rightsOf(placeOf(path));
  if (!may(...wanted)) return <div class="page"><NotYours /></div>;
  for (const [pattern, page] of ROUTES) {
    const match = path.match(pattern);
    if (match) return page(match);
  }
  return <div class="page"><Empty title="No such page"><a href={href("/")}>To the tower</a></Empty></div>;
}

/** A page that this role does not include; where there is something for it instead. */
function NotYours(): JSX.Element {
  return (
    <Empty title="Not yours to see">
      This page is the operator's; your role does not include it. An admin can change that.
      {!may("ORDERS_READ") && may("RUNS_READ") && <> <a href={href("/dispatch")}>Your runs</a></>}
      {may("ORDERS_READ") && <> <a href={href("/orders")}>Your orders</a></>}
    </Empty>
  );
}

export function App(): JSX.Element {
  if (session.value === null) return <SignIn />;
  if (bootError.value) return <main class="page"><Failure error={bootError.value} again={() => void boot()} /></main>;
  return <Frame>{network.value || (session.value && !may("RUNS_READ")) ? <Routed /> : <Skeleton rows={12} />}</Frame>;
}
