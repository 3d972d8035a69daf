import type { LoggedCall } from "../../../access-log/logged-call.ts";
import {
  countIn,
  type Fields,
  fieldsIn,
  instantOf,
  isFields,
  type LogFormat,
  type ReadContext,
  textIn,
  UnusableRecord,
  unpackedIn,
} from "./log-format.ts";
import { loggedAnswer } from "./logged-answer.ts";
import { placeOfShape, placeOfUrl } from "./wire-place.ts";

/**
 * Requests with their answers, as programs around the SDKs of OpenAI, Anthropic and Google write them down
 * (`{request, response, created}`), and the input of OpenAI's batch API (`{custom_id, method, url, body}`,
 * https://platform.openai.com/docs/api-reference/batch/request-input).
 */
export const openAiFormat: LogFormat = {
  name: "openai",
  fits: (fields) => "request" in fields || ("custom_id" in fields && ("body" in fields || "response" in fields)),
  read: (fields, context) => [callOf(fields, context)],
};

function callOf(fields: Fields, { line, model }: ReadContext): LoggedCall {
  const envelope = unpackedIn(fields, "request") ?? fields;
  if (!isFields(envelope)) throw new UnusableRecord("request is not an object");
  const body = unpackedIn(envelope, "body") ?? (envelope === fields ? undefined : envelope);
  if (!isFields(body)) throw new UnusableRecord("it tells an answer without its request");
  const request = body["model"] === undefined && model !== undefined ? { ...body, model } : body;
  const response = unpackedIn(fields, "response");
  const url = textIn(envelope, "url") ?? textIn(fields, "url") ?? textIn(fields, "endpoint");
  const place = url === undefined ? placeOfShape(request, response) : placeOfUrl(url);
  const at = beginOf(fields);
  return {
    line,
    at,
    durationMs: durationOf(fields, at),
    protocol: place.protocol.name,
    endpoint: place.endpoint,
    query: "",
    originId: place.originId,
    tenant: textIn(fields, "tenant"),
    user: textIn(fields, "user"),
    headers: {},
    isRedacted: false,
    areDemandsKnown: true,
    request,
    answer: loggedAnswer(place.protocol, response, fields),
    failure: undefined,
    outcome: undefined,
    goneMs: undefined,
  };
}

function beginOf(fields: Fields): number | undefined {
  const names = ["time", "timestamp", "started_at", "start_time", "startTime", "created_at", "created"];
  const answer = fieldsIn(fields, "response");
  return [...names.map((name) => fields[name]), answer?.["created"], answer?.["created_at"]]
    .map(instantOf)
    .find((instant) => instant !== undefined);
}

/** Where the name has no unit, a number is of seconds. */
function durationOf(fields: Fields, at: number | undefined): number | undefined {
  const milliseconds = countIn(fields, "duration_ms") ?? countIn(fields, "latency_ms") ?? countIn(fields, "durationMs");
  if (milliseconds !== undefined) return milliseconds;
  const seconds = countIn(fields, "duration") ?? countIn(fields, "latency");
  if (seconds !== undefined) return seconds * 1_000;
  const end = instantOf(fields["ended_at"] ?? fields["end_time"] ?? fields["endTime"] ?? fields["completed_at"]);
  return end === undefined || at === undefined || end < at ? undefined : end - at;
}
