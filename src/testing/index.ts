export { ManualClock } from "../core/clock.ts";
export { type BusesUnderTest, busContract } from "./bus-contract.ts";
export { Gate } from "./gate.ts";
export { type LeasesUnderTest, leaseContract, relayContract } from "./lease-contract.ts";
export { type ListableStoreUnderTest, listingContract } from "./listing-contract.ts";
export { type ProtocolContractOptions, type ProtocolFixture, protocolContract } from "./protocol-contract.ts";
export type { CallEnding, ReceivedCall } from "./received-call.ts";
export { type ScriptedOrigin, type ScriptedOriginOptions, startScriptedOrigin } from "./scripted-origin.ts";
export type { OriginPlan, PlannedReply } from "./scripted-plan.ts";
export { canaryOf, isWhole, sealed } from "./scripted-text.ts";
export {
  type StoreCapability,
  type StoreContractOptions,
  type StoreUnderTest,
  storeContract,
} from "./store-contract.ts";
export {
  type VectorStoreCapability,
  type VectorStoreContractOptions,
  type VectorStoreUnderTest,
  vectorStoreContract,
} from "./vector-store-contract.ts";
