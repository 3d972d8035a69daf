export interface SegmentsProps<T extends string> {
  /** What is chosen. */
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly title: string }[];
  readonly value: T;
  onChoose(value: T): void;
}

/** One of a few. */
export function Segments<T extends string>({ label, options, value, onChoose }: SegmentsProps<T>) {
  return (
    <fieldset class="segments-set">
      <legend class="hidden">{label}</legend>
      <div class="segments">
        {options.map((option) => (
          <button
            key={option.value}
            type="button"
            aria-pressed={option.value === value}
            onClick={() => onChoose(option.value)}
          >
            {option.title}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
