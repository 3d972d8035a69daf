export function OriginsView() {
  return <h1 tabIndex={-1}>Origins</h1>;
}
