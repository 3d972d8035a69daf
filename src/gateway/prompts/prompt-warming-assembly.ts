import { systemClock, systemRandom } from "../../core/clock.ts";
import type { Core } from "../../core-assembly.ts";
import type { Log } from "../../telemetry/log.ts";
import type { AdminRoute } from "../admin/admin-route.ts";
import type { GatewayConfig } from "../config.ts";
import type { Upstreams } from "../upstreams.ts";
import { PromptWarming } from "./prompt-warming.ts";
import { warmRoute } from "./warm-route.ts";

/** Warming up as the configuration wants it, and by whoever asks for it. */
export function promptWarmingOf({
  core,
  upstreams,
  live,
  log,
}: {
  readonly core: Core;
  readonly upstreams: () => Upstreams;
  /** Replaced when the configuration is read again. */
  readonly live: { readonly config: GatewayConfig };
  readonly log: Log;
}): { readonly route: AdminRoute; close(): void } {
  const settings = () => live.config.layers.prefix.warm;
  const warming = new PromptWarming({ core, upstreams, settings, clock: systemClock, random: systemRandom, log });
  const hasUpstream = (name: string) => upstreams().named(name) !== undefined;
  return {
    route: warmRoute({ prompts: core.prompts, warming, settings, hasUpstream }),
    close: () => warming.close(),
  };
}
