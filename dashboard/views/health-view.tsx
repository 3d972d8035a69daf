export function HealthView() {
  return <h1 tabIndex={-1}>Health</h1>;
}
