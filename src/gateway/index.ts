export type { Log } from "../telemetry/log.ts";
export {
  type ConfigMistake,
  type ConfigReading,
  type ConfigSources,
  describeMistake,
  type GatewayConfig,
  readConfig,
} from "./config.ts";
export { type Gateway, GatewayStartError, startGateway } from "./gateway.ts";
