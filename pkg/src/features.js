/** What a service offers beyond the hosted one: asked for where relying on it blindly would go wrong. */

import { failure } from "./error.js";

/** Whether a service has a feature; each connection asks once. The hosted service tells of none. */
export async function offers(connection, feature, call) {
  connection.features ??= await connection.call("capabilities", {}, call).then(
    ({ features }) => features ?? [],
    (error) => {
      if (error.status != 404) throw error;
      return [];
    },
  );
  return connection.features.includes(feature);
}

/** Makes sure that a service has what an option needs, which it would pass over otherwise. */
export async function demand(connection, feature, name, { signal, timeoutMs }) {
  if (!(await offers(connection, feature, { signal, timeoutMs }))) throw unsupported(feature, name);
}

/** A route that only a service with the feature has is missing elsewhere. */
export const missing = (feature, name) => (error) => {
  throw error.code == "not_found" || error.code == "method_not_allowed" ? unsupported(feature, name) : error;
};

const unsupported = (feature, name) =>
  failure("unsupported", `${name}: this service does not offer \`${feature}\`; a box-server does.`);
