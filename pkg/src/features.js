/** What a service offers beyond the hosted one: asked for where relying on it blindly would go wrong. */

import { failure } from "./error.js";

/** Whether a service has a feature. The hosted service tells of none. */
export const offers = (connection, feature, call) =>
  connection.call("capabilities", {}, call).then(
    ({ features }) => features?.includes(feature),
    (error) => {
      if (error.status != 404) throw error;
    },
  );

/** A route that only a service with the feature has is missing elsewhere. */
export const missing = (feature, name) => (error) => {
  throw error.code == "not_found" || error.code == "method_not_allowed" ? unsupported(feature, name) : error;
};

export const unsupported = (feature, name) =>
  failure("unsupported", `${name}: this service does not offer \`${feature}\`; a box-server does.`);
