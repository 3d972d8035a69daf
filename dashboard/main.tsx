import { render } from "preact";
import { followEvents } from "./api/live-events.ts";
import { App } from "./shell/app.tsx";
import { apply } from "./shell/theme.ts";

apply();
followEvents();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
