export function TenantsView() {
  return <h1 tabIndex={-1}>Tenants</h1>;
}
