import { session } from "../../api/session.ts";
import { type Fulfilled, type WishField, WishForm } from "../../parts/wish-form.tsx";
import type { AnswerHead } from "./answer-table.tsx";

export interface PublishFormProps {
  /** What is to be published, where it was chosen elsewhere. */
  readonly entry: string;
  onPublished(): void;
}

const fieldsFor = (entry: string): readonly WishField[] => [
  { name: "slug", title: "Name in its address, such as opening-hours", isRequired: true },
  { name: "entry", title: "Id of the entry", isRequired: true, initial: entry },
  { name: "title", title: "Title (optional)", isProse: true },
  { name: "language", title: "Language, such as en (optional)" },
  { name: "tags", title: "Tags, with commas between them (optional)", isList: true },
];

export function PublishForm({ entry, onPublished }: PublishFormProps) {
  const publish = async (wish: object, form: FormData): Promise<Fulfilled> => {
    const isDraft = form.has("draft");
    const head = await session.value.client?.post<AnswerHead>("/answers", { ...wish, ...(isDraft && { draft: true }) });
    onPublished();
    const said = head === undefined ? "" : outcomeOf(head, isDraft);
    return { shown: said, said };
  };
  return (
    <WishForm
      title="Publish a stored answer"
      note="Under a name that is taken already it becomes the next version. What is published is for everybody."
      action="Publish"
      fields={fieldsFor(entry)}
      send={publish}
    >
      <label class="row">
        <input name="draft" type="checkbox" />
        <span>As a draft, to be read here before anybody else can</span>
      </label>
    </WishForm>
  );
}

function outcomeOf({ slug, latest, path }: AnswerHead, isDraft: boolean): string {
  return isDraft
    ? `Version ${latest} of ${slug} is a draft. Open it above to read and to publish it.`
    : `Version ${latest} of ${slug} is published at ${path}.`;
}
