import { systemClock } from "../core/clock.ts";
import { CompatHeaders } from "../policy/compat-headers.ts";
import type { GatewayConfig } from "./config.ts";
import type { ModelRouteParts } from "./model-route.ts";
import type { NetworkRules } from "./network/guarded-agent.ts";
import type { PoolTalk } from "./pool/pool-gossip.ts";
import type { ReplicaNotice } from "./pool/replica-error.ts";
import type { Admission } from "./tenancy/admission.ts";
import { Upstreams } from "./upstreams.ts";

/** What a reload of the configuration replaces; `before`: what it was until now. */
export function liveParts(
  config: GatewayConfig,
  given: {
    readonly before?: Upstreams;
    readonly talk: PoolTalk | undefined;
    readonly notice: ReplicaNotice;
    readonly onRefused: NonNullable<NetworkRules["onRefused"]>;
    readonly admissionFor: (config: GatewayConfig) => Admission | undefined;
  },
): ModelRouteParts["live"] {
  const { maxBodyBytes, stallTimeout } = config.server;
  const { allowPrivateUpstreams: allowPrivate, limits } = config.security;
  const compat = new CompatHeaders(config.compat.headers);
  const bounds = { ratio: limits.decompressionRatio, bytes: limits.answerBytes, timeMs: limits.answerTime };
  const reach = { allowPrivate, bounds, onRefused: given.onRefused };
  return {
    upstreams: new Upstreams(config.upstreams, config.models, systemClock, { ...given, reach }),
    maxBodyBytes,
    maxRatio: limits.decompressionRatio,
    bounds,
    stallMs: stallTimeout,
    compat,
    admission: given.admissionFor(config),
  };
}
