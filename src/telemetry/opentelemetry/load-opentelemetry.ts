import type * as Api from "@opentelemetry/api";

export type OpenTelemetry = typeof Api;

/**
 * The API of OpenTelemetry, where it is installed. It is a peer: a program that traces has it already, and it must be the
 * very same one. By itself it does nothing; whoever loads an SDK gives it something to do.
 */
export async function loadOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  try {
    return await import("@opentelemetry/api");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
