import type Stripe from "stripe";
import { createCustomer, createTaxId, deleteCustomer, updateCustomer } from "../world/customers";
import { recordEvent } from "../world/events";
import { found, newestFirst } from "../world/lookup";
import type { Customer, TaxId } from "../world/objects";
import type { World } from "../world/world";
import { inRange, page } from "./listing";
import { missing } from "./refusals";
import { type Route, route } from "./routes";

/** `/v1/customers` and their tax ids */
export const customerRoutes: Route[] = [
  route<Stripe.CustomerCreateParams>(
    "POST",
    "/v1/customers",
    "Customers:CustomerCreateParams",
    createCustomer,
  ),
  route<Stripe.CustomerListParams>("GET", "/v1/customers", "Customers:CustomerListParams", (world, params) =>
    page(
      newestFirst(world.tables.customers).filter(
        (customer) =>
          (params.email === undefined || customer.email === params.email) &&
          inRange(customer.created, params.created),
      ),
      "/v1/customers",
      params,
    ),
  ),
  route(
    "GET",
    "/v1/customers/:id",
    "Customers:CustomerRetrieveParams",
    (world, _params, id) => world.tables.deleted.get(id ?? "") ?? customerAt(world, id),
  ),
  route<Stripe.CustomerUpdateParams>(
    "POST",
    "/v1/customers/:id",
    "Customers:CustomerUpdateParams",
    (world, params, id) => updateCustomer(world, customerAt(world, id), params),
  ),
  route("DELETE", "/v1/customers/:id", "{}", (world, _params, id) =>
    deleteCustomer(world, customerAt(world, id)),
  ),
  route<{ type: string; value: string }>(
    "POST",
    "/v1/customers/:id/tax_ids",
    "Customers:CustomerCreateTaxIdParams",
    (world, { type, value }, id) => createTaxId(world, customerAt(world, id).id, type, value),
  ),
  route<Stripe.PaginationParams>(
    "GET",
    "/v1/customers/:id/tax_ids",
    "Customers:CustomerListTaxIdsParams",
    (world, params, id) => {
      const customer = customerAt(world, id).id;
      const taxIds = newestFirst(world.tables.tax_ids).filter((taxId) => taxId.customer === customer);
      return page(taxIds, `/v1/customers/${customer}/tax_ids`, params);
    },
  ),
  route("GET", "/v1/customers/:id/tax_ids/:id", "Customers:CustomerRetrieveTaxIdParams", taxIdAt),
  route("DELETE", "/v1/customers/:id/tax_ids/:id", "{}", (world, params, id, taxId) => {
    const gone = taxIdAt(world, params, id, taxId);
    world.tables.tax_ids.delete(gone.id);
    recordEvent(world, "customer.tax_id.deleted", gone);
    return { id: gone.id, object: "tax_id", deleted: true };
  }),
];

function customerAt(world: World, id = ""): Customer {
  return found(world.tables.customers, id, "customer");
}

function taxIdAt(world: World, _params: unknown, id = "", taxId = ""): TaxId {
  const customer = customerAt(world, id);
  const known = found(world.tables.tax_ids, taxId, "tax_id");
  if (known.customer !== customer.id) throw missing("tax_id", taxId, "id");
  return known;
}
