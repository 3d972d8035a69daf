import type { z } from "zod";
import type { createdKeySchema } from "../../../src/gateway/tenancy/key-schemas.ts";
import { session } from "../../api/session.ts";
import { type Fulfilled, type WishField, WishForm } from "../../parts/wish-form.tsx";

type CreatedKey = z.output<typeof createdKeySchema>;

const fields: readonly WishField[] = [
  { name: "tenant", title: "Tenant, whose answers it shares", isRequired: true },
  { name: "user", title: "User, whom it is for (optional)" },
  { name: "name", title: "Name, for people (optional)" },
  { name: "models", title: "Models, with commas between them, such as gpt-4o* (optional)", isList: true },
  { name: "expires", title: "Ends after, such as 90d (optional)" },
];

/** The key is shown until the next one is made, or the view is left. */
export function KeyForm({ onMade }: { onMade(): void }) {
  const make = async (wish: object): Promise<Fulfilled> => {
    const created = await session.value.client?.post<CreatedKey>("/keys", wish);
    onMade();
    const shown = created && (
      <>
        Copy the key now; it is shown this once and kept nowhere. <span class="code">{created.key}</span>
      </>
    );
    return { shown, said: "The key is made. It is shown this once." };
  };
  return (
    <WishForm
      title="Make a key"
      note="Limits and layers are given by reprise keys create, or by the admin API."
      action="Make a key"
      fields={fields}
      send={make}
    />
  );
}
