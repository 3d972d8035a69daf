import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { OriginError, RequestRejectedError } from "../core/errors.ts";
import { dispatch } from "./dispatch.ts";
import type { ModelRouteParts } from "./model-route.ts";

async function passedOn(route: () => never): Promise<{ readonly status: number; readonly reported: unknown[] }> {
  const reported: unknown[] = [];
  const parts = {
    clock: new ManualClock(),
    live: { admission: undefined, upstreams: { route } },
    carriesAdminToken: () => false,
    observe: () => {},
    report: (error: unknown) => void reported.push(error),
  } as unknown as ModelRouteParts;
  let status = 0;
  const response = {
    writeHead(given: number) {
      status = given;
    },
    end() {},
  } as unknown as ServerResponse;
  const request = { method: "GET", url: "/v1/files", headers: {}, rawHeaders: [] } as unknown as IncomingMessage;
  await dispatch(parts, request, response);
  return { status, reported };
}

it("logs what fails of ours where a request passes through, as the answer says, and nothing else", async () => {
  const failing = (error: Error) =>
    passedOn(() => {
      throw error;
    });
  const own = new Error("a defect");
  expect(await failing(own)).toEqual({ status: 500, reported: [own] });
  const rejected = new RequestRejectedError({ code: "invalid_target", message: "No." });
  expect(await failing(rejected)).toEqual({ status: 400, reported: [] });
  expect(await failing(new OriginError("unreachable", { message: "Away." }))).toEqual({ status: 502, reported: [] });
});
