import icon from "../icon.svg";

export function Brand() {
  return (
    <span class="brand">
      <img src={icon} alt="" width="24" height="24" />
      Reprise
    </span>
  );
}
