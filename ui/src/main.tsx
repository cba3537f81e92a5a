import "@fontsource-variable/inter/wght.css";
import { render } from "preact";
import { App } from "./App";
import { boot } from "./state/live";
import "./state/theme";
import "./tokens.css";
import "./styles.css";

void boot();
render(<App />, document.getElementById("app")!);
