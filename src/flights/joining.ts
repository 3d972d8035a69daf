import type { Call } from "../core/call.ts";
import { mayShareAnswer } from "../policy/joining.ts";
import type { Flight } from "./flight.ts";

/** Who may wait for the answer that another call has asked for. */

/** Under which name a flight is found. Members of a shared scope never wait for each other: how long it takes would tell that somebody asks the same. */
export function placeOf({ sharing }: Pick<Call, "sharing">, slot: string): string {
  return sharing === undefined ? slot : `${slot} ${sharing.member}`;
}

/** Who wants nothing that is stored does not want either what an origin was computing before it asked (RFC 9111 section 5.2.1.4). */
export function mayJoin(call: Call, flight: Flight): boolean {
  return (call.directives.read || !flight.hasBegun) && mayShareAnswer(call, flight.call);
}
