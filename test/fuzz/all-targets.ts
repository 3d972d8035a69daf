import type { FuzzTarget } from "./fuzz-target.ts";
import { adminTarget, conditionsTarget, sealedTextTarget, signedUrlTarget } from "./targets/edge-and-admin.ts";
import { sseTarget } from "./targets/event-streams.ts";
import { configTarget, delimitedTarget, logTarget, storeUrlTarget } from "./targets/files.ts";
import { addressTarget, personalDataTarget, rimTarget } from "./targets/guards.ts";
import { jsonTarget, jsonTextTarget } from "./targets/json.ts";
import { answerTargets, requestTargets, streamTargets } from "./targets/protocols.ts";
import { redisRepliesTarget } from "./targets/redis-replies.ts";
import { directivesTarget, headersTarget, liteLlmTarget, targetTarget } from "./targets/request-fields.ts";
import { responseFieldsTarget } from "./targets/response-fields.ts";
import { auditLineTarget, keyRecordTarget, keyRowTarget, keyTextTarget, sealedTarget } from "./targets/secrets.ts";
import {
  busTarget,
  entryIdTarget,
  entryTarget,
  envelopeTarget,
  forgedEntryTarget,
  memcachedItemTarget,
  relayTarget,
  vectorRecordTarget,
} from "./targets/stored-bytes.ts";
import { embeddingTargets, engineEventsTarget, memcachedTarget, zmtpTarget } from "./targets/wire-replies.ts";

export const fuzzTargets: readonly FuzzTarget[] = [
  ...[jsonTarget, jsonTextTarget, sseTarget, directivesTarget, headersTarget, targetTarget, liteLlmTarget],
  ...[...requestTargets, ...streamTargets, ...answerTargets, ...embeddingTargets],
  ...[entryTarget, forgedEntryTarget, envelopeTarget, memcachedItemTarget, vectorRecordTarget, relayTarget, busTarget],
  ...[entryIdTarget, memcachedTarget, redisRepliesTarget, responseFieldsTarget, engineEventsTarget, zmtpTarget],
  ...[configTarget, logTarget, delimitedTarget, storeUrlTarget],
  ...[sealedTarget, keyRowTarget, keyTextTarget, keyRecordTarget, auditLineTarget],
  ...[personalDataTarget, addressTarget, rimTarget],
  ...[signedUrlTarget, sealedTextTarget, conditionsTarget, adminTarget],
];
