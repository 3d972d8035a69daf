import type { Charge, Refusal } from "../core/allowance.ts";
import type { Following } from "../fleet/fleet-parts.ts";
import type { Flight } from "./flight.ts";
import type { Seat } from "./flight-parts.ts";

/** A caller's place in a flight, or why there is none. */
export type Boarding =
  | { readonly flight: Flight; readonly seat: Seat; readonly joined: boolean }
  | { readonly refusal: Refusal };

/** How a flight begins. */
export interface TakeOff {
  readonly following?: Following;
  /** Whether the store could be waited for. */
  readonly isInTime?: boolean;
  /** What its caller was charged. */
  readonly charge: Charge | undefined;
}
